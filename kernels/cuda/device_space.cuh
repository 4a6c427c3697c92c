/// \file
/// A device as the range engine sees it: memory, copies, launches and a sort, all on one stream.
/// Tests put a host space with the same members in its place.
#pragma once

#include <thrust/device_vector.h>
#include <thrust/execution_policy.h>
#include <thrust/sort.h>
#include <thrust/system_error.h>

#include <memory>
#include <new>
#include <type_traits>
#include <vector>

#include "kernels/cuda/check.hpp"
#include "kernels/cuda/counting.cuh"

namespace blocrisk {

/// Thrust's device memory without two of its habits: it fills new memory by a kernel, and it ends
/// the program when memory of a lost device cannot be freed.
template <class T>
struct DeviceAllocator : thrust::device_allocator<T> {
  using Base = thrust::device_allocator<T>;
  using typename Base::pointer;
  using typename Base::size_type;
  template <class Other>
  struct rebind {
    using other = DeviceAllocator<Other>;
  };

  __host__ pointer allocate(size_type n) {
    void* memory = nullptr;
    check_cuda(cudaMalloc(&memory, n * sizeof(T)), "reserving device memory");
    return pointer(static_cast<T*>(memory));
  }
  __host__ void deallocate(pointer memory, size_type) noexcept {
    cudaFree(memory.get());
    cudaGetLastError();
  }
  __host__ __device__ void construct(T*) {}
};

/// Scratch memory of Thrust's algorithms, kept from call to call: reserving waits for the device.
class AlgorithmMemory {
 public:
  using value_type = char;
  char* allocate(std::ptrdiff_t n) {
    const auto size = static_cast<std::size_t>(n);
    for (Block& block : blocks_) {
      if (block.used) continue;
      if (block.memory.size() < size) block.memory = Memory(size);
      return use(block);
    }
    return use(blocks_.emplace_back(Block{Memory(size), false}));
  }
  void deallocate(char* memory, std::size_t) noexcept {
    for (Block& block : blocks_) block.used = block.used && start(block) != memory;
  }

 private:
  using Memory = thrust::device_vector<char, DeviceAllocator<char>>;
  struct Block {
    Memory memory;
    bool used;
  };
  static char* start(Block& block) { return thrust::raw_pointer_cast(block.memory.data()); }
  static char* use(Block& block) {
    block.used = true;
    return start(block);
  }
  std::vector<Block> blocks_;
};

/// Page-locked host memory, which a device fills while the host does something else.
template <class T>
class PinnedVector {
 public:
  PinnedVector() = default;
  explicit PinnedVector(std::size_t n) : size_(n) {
    void* memory = nullptr;
    check_cuda(cudaMallocHost(&memory, n * sizeof(T)), "reserving page-locked host memory");
    values_.reset(static_cast<T*>(memory));
  }
  T* data() { return values_.get(); }
  const T* data() const { return values_.get(); }
  std::size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(T* values) const {
      cudaFreeHost(values);
      cudaGetLastError();
    }
  };
  std::unique_ptr<T, Free> values_;
  std::size_t size_ = 0;
};

/// Thread x of row y runs `body(x, y)`.
template <class Body>
__global__ void __launch_bounds__(Body::block_threads)
    each_thread_kernel(const __grid_constant__ Body body, const int n_threads) {
  const int thread = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (thread < n_threads) body(thread, static_cast<int>(blockIdx.y));
}

class DeviceSpace {
 public:
  template <class T>
  using Vector = thrust::device_vector<T, DeviceAllocator<T>>;
  template <class T>
  using HostVector = PinnedVector<T>;

  /// Calls `work` and turns what Thrust throws into what the program knows.
  template <class Work>
  static void translate_errors(Work work) {
    try {
      work();
    } catch (const thrust::system_error& error) {
      fail_cuda(static_cast<cudaError_t>(error.code().value()), "working with device memory");
    }
  }

  using Place = int;  ///< the device's number

  explicit DeviceSpace(Place device) : device_(device) {
    enter();
    cudaStream_t stream = nullptr;
    check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "opening a stream");
    stream_.reset(stream);
  }

  /// Makes the device the calling thread's.
  void enter() const { check_cuda(cudaSetDevice(device_), "choosing the device"); }

  cudaStream_t stream() const { return stream_.get(); }

  std::size_t free_bytes() const {
    std::size_t free = 0;
    std::size_t total = 0;
    check_cuda(cudaMemGetInfo(&free, &total), "asking for free memory");
    return free;
  }

  template <class T>
  static T* data(Vector<T>& values) {
    return thrust::raw_pointer_cast(values.data());
  }
  template <class T>
  static const T* data(const Vector<T>& values) {
    return thrust::raw_pointer_cast(values.data());
  }

  template <class T>
  void copy_in(const std::vector<T>& from, Vector<T>& to) {
    static_assert(std::is_trivially_copyable_v<T>);
    copy(data(to), from.data(), from.size() * sizeof(T), cudaMemcpyHostToDevice);
  }
  template <class T>
  Vector<T> upload(const std::vector<T>& from) {
    Vector<T> to(from.size());
    copy_in(from, to);
    return to;
  }
  /// The first `n` values.
  template <class T>
  std::vector<T> download(const Vector<T>& from, std::size_t n) {
    static_assert(std::is_trivially_copyable_v<T>);
    std::vector<T> to(n);
    copy(to.data(), data(from), n * sizeof(T), cudaMemcpyDeviceToHost);
    return to;
  }
  /// All values, once everything before it is done; they are there after `wait`.
  template <class T>
  void fetch(const Vector<T>& from, HostVector<T>& to) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (to.size() != from.size()) to = HostVector<T>(from.size());
    if (from.size() == 0) return;
    check_cuda(cudaMemcpyAsync(to.data(), data(from), from.size() * sizeof(T),
                               cudaMemcpyDeviceToHost, stream_.get()),
               "copying");
  }
  /// Until everything asked of the device so far is done.
  void wait() { check_cuda(cudaStreamSynchronize(stream_.get()), "running kernels"); }

  /// All bits zero.
  template <class T>
  void clear(Vector<T>& values) {
    check_cuda(cudaMemsetAsync(data(values), 0, values.size() * sizeof(T), stream_.get()),
               "clearing device memory");
  }

  /// Runs `body(thread, row)` for all threads of all rows; neighbouring threads share a warp.
  template <class Body>
  void each_thread(const Body& body, int n_threads, int n_rows = 1) {
    static_assert(std::is_trivially_copyable_v<Body> && Body::block_threads % warp_threads == 0);
    if (n_threads == 0 || n_rows == 0) return;
    const int n_blocks = (n_threads - 1) / Body::block_threads + 1;
    const dim3 grid(static_cast<unsigned>(n_blocks), static_cast<unsigned>(n_rows));
    each_thread_kernel<<<grid, Body::block_threads, 0, stream_.get()>>>(body, n_threads);
    check_cuda(cudaGetLastError(), "launching a kernel");
  }

  void sort(Vector<std::uint64_t>& keys, std::size_t n) {
    thrust::sort(thrust::cuda::par(algorithm_memory_).on(stream_.get()), data(keys),
                 data(keys) + n);
  }

 private:
  struct CloseStream {
    void operator()(cudaStream_t stream) const {
      cudaStreamDestroy(stream);
      cudaGetLastError();
    }
  };

  /// Waits for everything before it in the stream, and for itself.
  void copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
    if (bytes == 0) return;
    check_cuda(cudaMemcpyAsync(to, from, bytes, kind, stream_.get()), "copying");
    wait();
  }

  Place device_;
  std::unique_ptr<std::remove_pointer_t<cudaStream_t>, CloseStream> stream_;
  AlgorithmMemory algorithm_memory_;
};

}  // namespace blocrisk
