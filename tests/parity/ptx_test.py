"""Every float operation in the device code rounds to nearest: `.rn`, never `approx` or `ftz`.

Usage: ptx_test.py FILE.ptx...

The host rounds each +, -, *, /, sqrt and fma to nearest; a PTX instruction without `.rn` leaves
ptxas free to fuse a product with a sum, and a flushed or approximate one has other bits outright.
