// The blocks that plants are built of. Each is a few lines of difference equation at the fixed step of Physics; time
// constants are much longer than the step, so the explicit form is stable. Units are the plant file's own.

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>

#include "base/text.h"
#include "plant/physics.h"

namespace bulkhead::plant {

namespace {

double read(const Input& input, const std::vector<double>& values) {
  return input.signal ? values[*input.signal] : input.constant;
}

using Values = const std::vector<double>&;

/// First-order lag: follows its input with time constant tau_s; a valve, a drive, a sensor.
class Lag final : public Block {
 public:
  Lag(Fields& fields, const Wiring& wiring) : input_(wiring.input(fields, "input")), tau_s_(fields.number("tau_s")) {}
  double next(Values values, double own, double step_s, double, Random&) override {
    return own + (read(input_, values) - own) * std::min(1.0, step_s / std::max(tau_s_, step_s));
  }

 private:
  Input input_;
  double tau_s_;
};

/// Transport delay: a pipe. Gives its input of delay_s ago.
class Delay final : public Block {
 public:
  Delay(Fields& fields, const Wiring& wiring)
      : input_(wiring.input(fields, "input")), delay_s_(std::clamp(fields.number("delay_s"), 0.0, 3600.0)) {}
  double next(Values values, double, double step_s, double, Random&) override {
    line_.push_back(read(input_, values));
    if (static_cast<double>(line_.size()) * step_s > delay_s_ + step_s) line_.pop_front();
    return line_.front();
  }

 private:
  Input input_;
  double delay_s_;
  std::deque<double> line_;
};

/// Sum of signals, each times its factor, and an offset.
class Sum final : public Block {
 public:
  Sum(Fields& fields, const Wiring& wiring)
      : terms_(wiring.terms(fields, "of")), offset_(fields.optional_number("offset").value_or(0)) {}
  double next(Values values, double, double, double, Random&) override {
    double sum = offset_;
    for (const auto& [input, factor] : terms_) sum += factor * read(input, values);
    return sum;
  }

 private:
  std::vector<std::pair<Input, double>> terms_;
  double offset_;
};

/// Product of signals times a factor.
class Product final : public Block {
 public:
  Product(Fields& fields, const Wiring& wiring)
      : terms_(wiring.terms(fields, "of")), factor_(fields.optional_number("factor").value_or(1)) {}
  double next(Values values, double, double, double, Random&) override {
    double product = factor_;
    for (const auto& [input, power] : terms_)
      product *= power == 1 ? read(input, values) : std::pow(read(input, values), power);
    return product;
  }

 private:
  std::vector<std::pair<Input, double>> terms_;
  double factor_;
};

/// Integrates the sum of its terms per second, between least and most: a tank, a counter, a vessel's pressure.
class Tank final : public Block {
 public:
  Tank(Fields& fields, const Wiring& wiring)
      : terms_(wiring.terms(fields, "of")),
        least_(fields.optional_number("least").value_or(0)),
        most_(fields.optional_number("most").value_or(1e12)) {}
  double next(Values values, double own, double step_s, double, Random&) override {
    double rate = 0;
    for (const auto& [input, factor] : terms_) rate += factor * read(input, values);
    return std::clamp(own + rate * step_s, least_, most_);
  }

 private:
  std::vector<std::pair<Input, double>> terms_;
  double least_, most_;
};

/// A liquid heated in passing: outlet = inlet + power / (flow * heat capacity), reached with time constant tau_s.
/// flow in kg/s, power in kW, heat capacity in kJ/(kg K), temperatures in degrees Celsius.
class Heater final : public Block {
 public:
  Heater(Fields& fields, const Wiring& wiring)
      : inlet_(wiring.input(fields, "inlet_c")),
        power_(wiring.input(fields, "power_kw")),
        flow_(wiring.input(fields, "flow_kg_s")),
        capacity_(fields.number("capacity_kj_kgk")),
        tau_s_(fields.number("tau_s")) {}
  double next(Values values, double own, double step_s, double, Random&) override {
    const double flow = std::max(read(flow_, values), 0.05);
    const double outlet = read(inlet_, values) + read(power_, values) / (flow * capacity_);
    return own + (std::min(outlet, 140.0) - own) * std::min(1.0, step_s / tau_s_);
  }

 private:
  Input inlet_, power_, flow_;
  double capacity_, tau_s_;
};

/// PI controller with limits and no wind-up.
class Controller final : public Block {
 public:
  Controller(Fields& fields, const Wiring& wiring)
      : input_(wiring.input(fields, "input")),
        set_point_(wiring.input(fields, "set_point")),
        gain_(fields.number("gain")),
        integral_s_(fields.number("integral_s")),
        least_(fields.optional_number("least").value_or(0)),
        most_(fields.optional_number("most").value_or(100)),
        sum_(fields.optional_number("bias").value_or(0)) {}
  double next(Values values, double, double step_s, double, Random&) override {
    const double error = read(set_point_, values) - read(input_, values);
    sum_ = std::clamp(sum_ + gain_ * error * step_s / integral_s_, least_, most_);
    return std::clamp(sum_ + gain_ * error, least_, most_);
  }

 private:
  Input input_, set_point_;
  double gain_, integral_s_, least_, most_, sum_;
};

/// 1 below the threshold, 0 again above threshold + hysteresis; with `above: true` the other way round.
class Switch final : public Block {
 public:
  Switch(Fields& fields, const Wiring& wiring)
      : input_(wiring.input(fields, "input")),
        threshold_(wiring.input(fields, "threshold")),
        hysteresis_(fields.optional_number("hysteresis").value_or(0)),
        above_(fields.optional_truth("above").value_or(false)) {}
  double next(Values values, double own, double, double, Random&) override {
    const double sign = above_ ? -1 : 1;
    const double distance = sign * (read(input_, values) - read(threshold_, values));
    if (distance < 0) return 1;
    return distance > hysteresis_ ? 0 : own;
  }

 private:
  Input input_, threshold_;
  double hysteresis_;
  bool above_;
};

/// One of two inputs: `then` where `when` is at least a half, else `otherwise`.
class Choose final : public Block {
 public:
  Choose(Fields& fields, const Wiring& wiring)
      : when_(wiring.input(fields, "when")),
        then_(wiring.input(fields, "then")),
        otherwise_(wiring.input(fields, "otherwise")) {}
  double next(Values values, double, double, double, Random&) override {
    return read(read(when_, values) >= 0.5 ? then_ : otherwise_, values);
  }

 private:
  Input when_, then_, otherwise_;
};

/// Follows its input until `when` becomes 1, then keeps the last value: a frozen display.
class Hold final : public Block {
 public:
  Hold(Fields& fields, const Wiring& wiring)
      : input_(wiring.input(fields, "input")), when_(wiring.input(fields, "when")) {}
  double next(Values values, double own, double, double, Random&) override {
    return read(when_, values) >= 0.5 ? own : read(input_, values);
  }

 private:
  Input input_, when_;
};

/// Its input and measurement noise of a standard deviation.
class Noise final : public Block {
 public:
  Noise(Fields& fields, const Wiring& wiring)
      : input_(wiring.input(fields, "input")), deviation_(fields.number("deviation")) {}
  double next(Values values, double, double, double, Random& random) override {
    return read(input_, values) + deviation_ * random.normal();
  }

 private:
  Input input_;
  double deviation_;
};

/// A value by the time of day: steps given as [second of the day, value], in order.
class Schedule final : public Block {
 public:
  Schedule(Fields& fields, const Wiring&) {
    for (const Node& step : fields.list("steps")) {
      const auto pair = step.as_numbers();
      if (pair && pair->size() == 2) steps_.emplace_back((*pair)[0], (*pair)[1]);
      else fields.fail(step, "expected [second of the day, value]");
    }
    if (steps_.empty()) fields.fail(fields.whole(), "expected at least one step");
  }
  double next(Values, double, double, double time_s, Random&) override {
    double value = steps_.back().second;  // of the evening before
    for (const auto& [from_s, each] : steps_)
      if (time_s >= from_s) value = each;
    return value;
  }

 private:
  std::vector<std::pair<double, double>> steps_;
};

/// A wave around `mean`: a batch cycle, a door, a day.
class Wave final : public Block {
 public:
  Wave(Fields& fields, const Wiring& wiring)
      : mean_(wiring.input(fields, "mean")),
        amplitude_(fields.number("amplitude")),
        period_s_(std::max(1.0, fields.number("period_s"))),
        phase_s_(fields.optional_number("phase_s").value_or(0)) {}
  double next(Values values, double, double, double time_s, Random&) override {
    return read(mean_, values) + amplitude_ * std::sin(2 * std::numbers::pi * (time_s + phase_s_) / period_s_);
  }

 private:
  Input mean_;
  double amplitude_, period_s_, phase_s_;
};

struct Kind {
  std::string_view name;
  std::unique_ptr<Block> (*make)(Fields& fields, const Wiring& wiring);
};
template <class T>
std::unique_ptr<Block> made(Fields& fields, const Wiring& wiring) {
  return std::make_unique<T>(fields, wiring);
}
constexpr std::array kinds{
    Kind{"lag", made<Lag>},
    Kind{"delay", made<Delay>},
    Kind{"sum", made<Sum>},
    Kind{"product", made<Product>},
    Kind{"tank", made<Tank>},
    Kind{"heater", made<Heater>},
    Kind{"controller", made<Controller>},
    Kind{"switch", made<Switch>},
    Kind{"choose", made<Choose>},
    Kind{"hold", made<Hold>},
    Kind{"noise", made<Noise>},
    Kind{"schedule", made<Schedule>},
    Kind{"wave", made<Wave>},
};

}  // namespace

std::optional<std::size_t> Wiring::signal(std::string_view name) const {
  const auto found = names_.find(name);
  if (found == names_.end()) return std::nullopt;
  return found->second;
}

Input Wiring::input(Fields& fields, std::string_view key, std::optional<double> otherwise) const {
  const Node* const node = fields.optional_node(key);
  if (node == nullptr) {
    if (!otherwise) fields.fail(fields.whole(), "'" + std::string(key) + "' is missing", "give a number or a signal");
    return {std::nullopt, otherwise.value_or(0)};
  }
  if (const auto number = node->as_number()) return {std::nullopt, *number};
  const std::string name = node->as_text().value_or("");
  const auto found = signal(name);
  if (!found) {
    std::vector<std::string_view> known;
    known.reserve(names_.size());
    for (const auto& entry : names_) known.push_back(entry.first);
    const std::string meant = nearest(name, known);
    fields.fail(*node, "signal '" + plain_text(name, 64) + "' is not defined",
                meant.empty() ? "" : "did you mean '" + meant + "'?");
  }
  return {found, 0};
}

std::vector<std::pair<Input, double>> Wiring::terms(Fields& fields, std::string_view key) const {
  std::vector<std::pair<Input, double>> terms;
  const Node& node = fields.node(key);
  for (const Node::Entry& entry : node.entries()) {
    const auto found = signal(entry.key.text);
    const auto factor = entry.value.as_number();
    if (!found) fields.fail(entry.value, "signal '" + plain_text(entry.key.text, 64) + "' is not defined");
    if (!factor) fields.fail(factor.error());
    if (found && factor) terms.emplace_back(Input{found, 0}, *factor);
  }
  return terms;
}

Result<std::unique_ptr<Block>> make_block(const Node& node, const Wiring& wiring) {
  Fields fields{node};
  fields.allow("name");
  fields.allow("start");
  const std::string name = fields.text("block");
  for (const Kind& kind : kinds) {
    if (kind.name != name) continue;
    std::unique_ptr<Block> block = kind.make(fields, wiring);
    if (const auto done = fields.done(); !done) return std::unexpected(done.error());
    return block;
  }
  std::vector<std::string_view> known;
  known.reserve(kinds.size());
  for (const Kind& kind : kinds) known.push_back(kind.name);
  const std::string meant = nearest(name, known);
  return node.error("block '" + plain_text(name, 64) + "' is not known",
                    meant.empty() ? "" : "did you mean '" + meant + "'?");
}

}  // namespace bulkhead::plant
