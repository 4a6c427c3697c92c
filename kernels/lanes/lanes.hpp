/// \file
/// Everything about lanes in one include: Lanes<1>, and Lanes<8>, Lanes<16> on hosts.
#pragma once

#include "kernels/lanes/avx2.hpp"
#include "kernels/lanes/avx512.hpp"
#include "kernels/lanes/scalar.hpp"
#include "kernels/lanes/vector.hpp"
