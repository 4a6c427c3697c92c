#include "host/mpi/worker.hpp"

#include <utility>
#include <vector>

#include "host/engine/run.hpp"
#include "host/mpi/bring_together.hpp"
#include "host/mpi/orders.hpp"
#include "host/mpi/sample_rows.hpp"

namespace blocrisk {
namespace {

class Worker {
 public:
  Worker(Communicator& ranks, const OpenWork& open) : ranks_(ranks), open_(open) {}

  /// False where it was told to leave.
  bool obey(const OrderMessage& message) {
    switch (message.order) {
      case Order::set_up:
        set_up(message);
        return true;
      case Order::sample:
        sample(message);
        return true;
      case Order::bring_accumulators:
        bring_together(ranks_, work().state(), message.range, work().paths_per_draw());
        work().begin_sampling();
        return true;
      case Order::begin_attribution:
        begin_attribution(message);
        return true;
      case Order::attribute:
        send_answer(ranks_, {0, {}, attempt([&] { work().attribute(message.range); })});
        return true;
      case Order::bring_attribution:
        bring_together(ranks_, work().attribution());
        return true;
      case Order::run_member:
      case Order::stop:
        return true;  // a sweep's, see member_worker.hpp
      case Order::leave:
        return false;
    }
    return false;
  }

 private:
  RankWork& work() { return job_->work(); }

  void set_up(const OrderMessage& message) {
    const std::string text = receive_text(ranks_, message);
    Answer answer;
    answer.failure = attempt([&] {
      job_.reset();
      job_ = open_(job_from_bytes(text, message.range));
      answer.batch_paths = work().backend().batch_paths();
      answer.text = introduction(work().backend());
    });
    send_answer(ranks_, answer);
  }

  void sample(const OrderMessage& message) {
    const PathRange wanted = below(message.range, message.sampled_until);
    Answer answer;
    Samples samples;
    answer.failure = attempt([&] {
      samples = empty_samples(work().network(), wanted.first, wanted.count());
      work().sample(message.range, wanted.count() > 0 ? &samples : nullptr);
      answer.batch_paths = work().backend().batch_paths();
    });
    send_answer(ranks_, answer);
    if (!answer.failure && wanted.count() > 0) send_samples(ranks_, samples);
  }

  void begin_attribution(const OrderMessage& message) {
    std::vector<double> thresholds(message.n_bytes / sizeof(double));
    ranks_.broadcast(std::as_writable_bytes(std::span(thresholds)));
    work().begin_attribution(std::move(thresholds));
  }

  Communicator& ranks_;
  const OpenWork& open_;
  std::unique_ptr<OwnedRankWork> job_;
};

}  // namespace

void serve(Communicator& ranks, const OpenWork& open) {
  Worker worker(ranks, open);
  obey_orders(ranks, [&](const OrderMessage& message) { return worker.obey(message); });
}

}  // namespace blocrisk
