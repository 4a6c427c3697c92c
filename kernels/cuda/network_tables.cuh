/// \file
/// The network's tables in a space's memory, and the view of them that kernels get.
#pragma once

#include "host/scenario/network.hpp"

namespace blocrisk {

/// Space: where the tables live; see device_space.cuh.
template <class Space>
class NetworkTables {
 public:
  NetworkTables(const Network& network, Space& space)
      : header_(network.header),
        reals_(space.upload(network.reals)),
        ints_(space.upload(network.ints)),
        chains_(space.upload(network.chains)),
        actors_(space.upload(network.actors)),
        instruments_(space.upload(network.instruments)),
        groups_(space.upload(network.groups)),
        scheduled_(space.upload(network.scheduled)),
        strikes_(space.upload(network.strikes)),
        outages_(space.upload(network.outages)),
        op_classes_(space.upload(network.op_classes)),
        projects_(space.upload(network.projects)),
        price_streams_(space.upload(network.price_streams)),
        cholesky_(space.upload(network.cholesky)),
        exceedance_(space.upload(network.exceedance)),
        measure_scale_(space.upload(network.measure_scale)),
        member_measure_scale_(space.upload(network.member_measure_scale)) {}

  NetworkView view() const {
    NetworkView view = header_;
    view.reals = Space::data(reals_);
    view.ints = Space::data(ints_);
    view.chains = Space::data(chains_);
    view.actors = Space::data(actors_);
    view.instruments = Space::data(instruments_);
    view.groups = Space::data(groups_);
    view.scheduled = Space::data(scheduled_);
    view.strikes = Space::data(strikes_);
    view.outages = Space::data(outages_);
    view.op_classes = Space::data(op_classes_);
    view.projects = Space::data(projects_);
    view.price_streams = Space::data(price_streams_);
    view.cholesky = Space::data(cholesky_);
    view.exceedance = Space::data(exceedance_);
    view.measure_scale = Space::data(measure_scale_);
    view.member_measure_scale = Space::data(member_measure_scale_);
    return view;
  }

 private:
  template <class T>
  using Vector = typename Space::template Vector<T>;

  NetworkView header_;
  Vector<float> reals_;
  Vector<std::int32_t> ints_;
  Vector<ChainSpec> chains_;
  Vector<ActorSpec> actors_;
  Vector<InstrumentSpec> instruments_;
  Vector<GroupSpec> groups_;
  Vector<ScheduledSpec> scheduled_;
  Vector<StrikeSpec> strikes_;
  Vector<OutageSpec> outages_;
  Vector<OpClassSpec> op_classes_;
  Vector<ProjectSpec> projects_;
  Vector<std::uint32_t> price_streams_;
  Vector<float> cholesky_;
  Vector<float> exceedance_;
  Vector<double> measure_scale_;
  Vector<double> member_measure_scale_;
};

}  // namespace blocrisk
