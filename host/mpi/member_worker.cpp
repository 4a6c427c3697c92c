#include "host/mpi/member_worker.hpp"

#include "host/mpi/orders.hpp"

namespace blocrisk {
namespace {

class MemberWorker {
 public:
  MemberWorker(Communicator& ranks, const OpenMembers& open) : ranks_(ranks), open_(open) {}

  /// False where it was told to leave.
  bool obey(const OrderMessage& message) {
    if (message.order == Order::set_up) set_up(message);
    if (message.order == Order::run_member) run_member(message);
    // What is left is `stop`, come too late: its member is done.
    return message.order != Order::leave;
  }

 private:
  void set_up(const OrderMessage& message) {
    const std::string text = receive_text(ranks_, message);
    Answer answer;
    answer.failure = attempt([&] {
      job_ = member_job_from_bytes(text);
      work_ = open_(job_);
      answer.text = work_->introduction();
    });
    send_answer(ranks_, answer);
  }

  void run_member(const OrderMessage& message) {
    // Whoever is busy is told nothing but to stop.
    const auto is_wanted = [this] { return ranks_.sender() < 0; };
    Answer answer;
    answer.failure =
        attempt([&] { answer.text = work_->run(job_.numbers[message.range.first], is_wanted); });
    send_answer(ranks_, answer);
  }

  Communicator& ranks_;
  const OpenMembers& open_;
  MemberJob job_;
  std::unique_ptr<MemberWork> work_;
};

}  // namespace

void serve_members(Communicator& ranks, const OpenMembers& open) {
  MemberWorker worker(ranks, open);
  obey_orders(ranks, [&](const OrderMessage& message) { return worker.obey(message); });
}

}  // namespace blocrisk
