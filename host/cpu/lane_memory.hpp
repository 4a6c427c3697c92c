/// Memory of a thread's model state. Compiled with the engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "kernels/model/arena.hpp"

RISK_BEGIN

/// Lane vectors and integers behind the rows of an arena. Untouched pages cost nothing.
template <class L>
class LaneMemory {
  using F = typename L::F;

 public:
  explicit LaneMemory(std::size_t vectors, std::size_t integers = 0)
      : vectors_(allocate(vectors * sizeof(F))),
        integers_(allocate(integers * sizeof(std::int32_t))) {}
  F* first() const { return static_cast<F*>(vectors_.get()); }
  Arena<L> vectors() const { return Arena<L>(vectors_.get()); }
  Arena<Lanes<1>> integers() const { return Arena<Lanes<1>>(integers_.get()); }

 private:
  struct Free {
    void operator()(void* p) const { std::free(p); }
  };
  static void* allocate(std::size_t bytes) {
    void* p = std::aligned_alloc(64, (bytes / 64 + 1) * 64);
    if (p == nullptr) throw std::bad_alloc();
    return p;
  }
  std::unique_ptr<void, Free> vectors_, integers_;
};

RISK_END
