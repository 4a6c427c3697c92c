#!/usr/bin/env bash
# Packs what bench/gpu_check.sh needs on a machine with a GPU and no network.
#
#   bench/gpu_pack.sh [--jobs N]
#
# Builds the preset gpu-pack and leaves build/gpu-pack/blocrisk-gpu, a folder, and the same as
# blocrisk-gpu.tar.gz: both programs, the sources as they lie here, the libraries and headers that
# building them takes, a hundred random scenarios, and `check`, the one command to run there. Needs
# nvcc, the packages of group build, and Python 3.11.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/gpu-pack
pack=$build/blocrisk-gpu
most_mib=60
jobs=$(nproc)
[[ ${1:-} != --jobs ]] || jobs=$2

# The path of an entry in the build's cache.
cached() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }

pack_programs() {
  mkdir -p "$pack/bin"
  install --strip "$build/blocrisk" "$build/blocrisk_fast_math" "$pack/bin"
}

pack_sources() {
  mkdir -p "$pack/src"
  (cd "$root" && git ls-files -z --cached --others --exclude-standard -- \
    . ':!bench/results' | tar c --null --files-from=- --ignore-failed-read) | tar x -C "$pack/src"
  git -C "$root" describe --always --dirty=+changes --abbrev=12 --exclude '*' >"$pack/src/COMMIT"
}

# Where the CMake files look, given CMAKE_PREFIX_PATH.
pack_libraries() {
  local file config
  mkdir -p "$pack"/deps/{include,lib,share/cmake}
  cp -rL "$(cached HDF5_INCLUDE_DIR)"/H5*.h "$(cached HDF5_INCLUDE_DIR)"/hdf5*.h "$pack/deps/include"
  cp -rL "$(cached TOMLPLUSPLUS_INCLUDE_DIR)/toml++" "$pack/deps/include"
  for file in libhdf5_hl.a libhdf5.a libsz.a libaec.a libz.a; do
    cp -L "$(cached "HDF5_LIBRARY_$file")" "$pack/deps/lib/$file"
  done
  config=$(cached CLI11_DIR)
  cp -rL "$config" "$pack/deps/share/cmake/CLI11"
  cp -rL "$config/../../../include/CLI" "$pack/deps/include"
}

pack_check() {
  echo "Made by bench/gpu_pack.sh of commit $(cat "$pack/src/COMMIT"); run ./check" >"$pack/gpu-pack"
  cat >"$pack/check" <<'END'
#!/usr/bin/env bash
# Does this machine's GPU compute the CPU's bits, and how fast? src/bench/gpu_check.sh --help
exec bash "$(dirname "${BASH_SOURCE[0]}")/src/bench/gpu_check.sh" "$@"
END
  chmod +x "$pack/check"
}

cd "$root"
command -v make >/dev/null || export CMAKE_GENERATOR=Ninja
cmake --preset gpu-pack >&2
cmake --build --preset gpu-pack --parallel "$jobs" >&2
rm -rf "$pack" "$pack.tar.gz"
pack_programs
pack_sources
pack_libraries
bash bench/gpu_scenarios.sh "$pack/scenarios"
pack_check
tar czf "$pack.tar.gz" -C "$build" blocrisk-gpu
mib=$(du -sm "$pack" | cut -f1)
echo "$pack: $mib MiB; $pack.tar.gz: $(du -sh "$pack.tar.gz" | cut -f1)"
if ((mib > most_mib)); then
  echo "gpu_pack: more than $most_mib MiB" >&2
  exit 1
fi
