/// \file
/// The threads of layer 1, of the members and of the digests: each finds its memory, calls the
/// model, stores. Nothing here knows a formula. Layer 2: chains.cuh.
#pragma once

#include "kernels/cuda/tally.cuh"

RISK_BEGIN

/// Thread = path: layer 1.
struct RunWorld {
  static constexpr int block_threads = 64;
  BatchView batch;

  RISK_FN void operator()(int path, int) const {
    World<PathLane> world = batch.world<PathLane>(path);
    run_world<PathLane>(batch.net, batch.keys<PathLane>(path), world);
  }
};

RISK_FN void store_digest(const BatchView& batch, int path, int part, DigestSum<PathLane> sum) {
  const Row<std::uint32_t> digests = batch.digests(path).from(2 * part);
  digests[0] = sum.a;
  digests[1] = sum.b;
}

/// Thread = path x member: adds the member's minerals up, in their order, and counts the sums.
struct RunMember {
  static constexpr int block_threads = 256;
  BatchView batch;
  TallyView tally;

  RISK_FN void operator()(int path, int member) const {
    const NetworkView& net = batch.net;
    const MemberSums<PathLane> sums = batch.members(path);
    start_member<PathLane>(net, member, sums);
    for (int m = 0; m < net.n_minerals; ++m) {
      const ChainSpec& chain = net.chains[m];
      const int c = cell_of(chain, member);
      if (c >= 0) add_to_member<PathLane>(net, chain, c, batch.chain_result(path, m), sums);
    }
    finish_member<PathLane>(net, member, sums);
    store_digest(batch, path, net.n_minerals + member, count(path, member, sums));
  }

 private:
  /// The chain's cell of a member, or -1.
  RISK_FN int cell_of(const ChainSpec& chain, int member) const {
    for (int c = 0; c < chain.n_cells; ++c) {
      if (batch.net.ints[chain.cell_member + c] == member) return c;
    }
    return -1;
  }

  RISK_FN DigestSum<PathLane> count(int path, int member, const MemberSums<PathLane>& sums) const {
    DigestSum<PathLane> digest{0U, 0U};
    for (const MemberMeasure measure :
         {MemberMeasure::loss, MemberMeasure::worst_year_loss, MemberMeasure::price_shock_cost}) {
      const float value = member_value<PathLane>(batch.net, measure, member, sums);
      count_value(path, measure, member, member, 0, value, digest);
    }
    const int n_years = batch.net.n_years;
    for (int y = 0; y < n_years; ++y) {
      const float value = sums.year_loss[member * n_years + y];
      count_value(path, MemberMeasure::annual_loss, member, member * n_years + y, y, value, digest);
    }
    return digest;
  }

  RISK_FN void count_value(int path, MemberMeasure measure, int member, int sum, int year,
                           float value, DigestSum<PathLane>& digest) const {
    const int k = static_cast<int>(measure);
    const double scale = batch.net.member_measure_scale[k * batch.net.n_members + member];
    const bool counted = batch.counts(path);
    tally_bin(tally, tally.layout.member[k], member, value, counted);
    tally_moments(tally, tally.layout.member[k], sum, value, scale, counted);
    add_to_digest<PathLane>(digest, value, digest_slot(n_measures + k, member, year));
  }
};

/// Thread = path: the path's digest, added to its block's.
struct AddDigest {
  static constexpr int block_threads = 256;
  BatchView batch;
  std::uint64_t* block_digest;

  RISK_FN void operator()(int path, int) const {
    const Row<std::uint32_t> parts = batch.digests(path);
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    for (int part = 0; part < batch.net.n_minerals + batch.net.n_members; ++part) {
      a += parts[2 * part];
      b += parts[2 * part + 1];
    }
    const std::uint64_t digest = finish_digest(a, b, batch.path_number(path));
    add_to_sum(block_digest, batch.counts(path) ? digest : 0);
  }
};

RISK_END
