// Clocks of several mirrors.
//
// A frame that passes two mirrors is in both files, and what differs is the clock. Content names the frame: only frames
// with a counter of their own (the IPv4 identification) are compared, so a repeat is not taken for the same frame. One
// in eight by its hash is enough, and the same eighth is chosen in every file. The median of the differences is the
// offset; it counts when most of the differences lie close to it.

#include "pipeline/clock.h"

#include <algorithm>
#include <cstdlib>
#include <unordered_map>

#include "base/time.h"
#include "net/fingerprint.h"
#include "net/packet.h"

namespace bulkhead {

namespace {

constexpr std::size_t sample_max = 200'000;  // frames remembered of one capture
constexpr std::uint64_t one_in = 8;
constexpr std::size_t shared_min = 8;
constexpr std::int64_t spread_max_ns = 50'000'000;  // between mirrors of one network
constexpr std::int64_t ambiguous = INT64_MIN;       // content that came twice

using Sample = std::unordered_map<std::uint64_t, std::int64_t>;

Result<Sample> sample_of(const CaptureInput& input) {
  TRY(const std::unique_ptr<Source> source, open_capture(input.path));
  Sample sample;
  Batch batch;
  Packet packet;
  while (sample.size() < sample_max && source->next(batch)) {
    for (const Frame& frame : batch.frames) {
      decode(frame.bytes, frame.on_wire, frame.link, packet);
      if (packet.ip_identification.value_or(0) == 0 || packet.fragment) continue;
      const std::uint64_t content = fingerprint(packet);
      if (content % one_in != 0) continue;
      const auto [known, is_new] = sample.emplace(content, frame.time_ns);
      if (!is_new) known->second = ambiguous;
    }
  }
  return sample;
}

/// The offset of `other` against `reference`, where enough frames agree.
std::optional<std::pair<std::int64_t, std::uint64_t>> offset_between(const Sample& reference, const Sample& other) {
  std::vector<std::int64_t> differences;
  for (const auto& [content, time_ns] : other) {
    const auto found = reference.find(content);
    if (found == reference.end() || found->second == ambiguous || time_ns == ambiguous) continue;
    differences.push_back(found->second - time_ns);
  }
  if (differences.size() < shared_min) return std::nullopt;
  auto* const middle = differences.data() + differences.size() / 2;
  std::nth_element(differences.data(), middle, differences.data() + differences.size());
  const std::int64_t median = *middle;
  const auto close = std::count_if(differences.begin(), differences.end(), [&](std::int64_t difference) {
    return std::llabs(difference - median) <= spread_max_ns;
  });
  if (static_cast<std::size_t>(close) * 2 < differences.size() || static_cast<std::size_t>(close) < shared_min)
    return std::nullopt;
  return std::pair{median, static_cast<std::uint64_t>(close)};
}

}  // namespace

Result<std::vector<SharedFrames>> compare_clocks(std::span<const CaptureInput> inputs) {
  std::vector<SharedFrames> answers(inputs.size());
  if (inputs.size() < 2) return answers;
  std::vector<Sample> samples;
  for (const CaptureInput& input : inputs) {
    TRY(Sample sample, sample_of(input));
    samples.push_back(std::move(sample));
  }
  // The first capture of each group keeps its clock; the others follow whichever compared capture they share most with.
  std::vector<bool> placed(inputs.size());
  for (std::size_t root = 0; root < inputs.size(); ++root) {
    if (placed[root]) continue;
    placed[root] = true;
    answers[root].reference = root;
    std::vector<std::size_t> group{root};
    for (std::size_t at = 0; at < group.size(); ++at) {
      for (std::size_t other = root + 1; other < inputs.size(); ++other) {
        if (placed[other]) continue;
        const auto offset = offset_between(samples[group[at]], samples[other]);
        if (!offset) continue;
        placed[other] = true;
        answers[other] = {offset->second, root, answers[group[at]].offset_ns + offset->first};
        group.push_back(other);
      }
    }
  }
  return answers;
}

}  // namespace bulkhead
