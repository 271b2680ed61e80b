// What is written in the drawing: titles in their boxes, and on each line its conduit's id, where it covers nothing
// else.

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "base/text.h"
#include "drawing/layout.h"

namespace bulkhead {

namespace {

constexpr double chip_height = 16, chip_padding = 14, chip_letter = 6.2;
constexpr std::size_t chip_letters = 12;   // of a conduit's id
constexpr std::size_t title_letters = 21;  // of a line of a box

std::size_t letters_of(std::string_view text) noexcept {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

/// The first `most` letters, and an ellipsis where there are more.
std::string cut_to(std::string_view text, std::size_t most) {
  if (letters_of(text) <= most) return std::string{text};
  std::string out;
  std::size_t letters = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80 && ++letters > most) break;
    out += c;
  }
  return out + "…";
}

void set_chip(Drawing::Line& line) {
  line.chip = line.conduit.empty() ? std::string{"none"} : cut_to(plain_text(line.conduit), chip_letters);
  if (line.others > 0) line.chip += fmt::format(" +{}", line.others);
  line.chip_width = chip_padding + chip_letter * static_cast<double>(letters_of(line.chip));
}

}  // namespace

void set_title(Drawing::Box& box) {
  const std::string title = plain_text(box.title);
  const std::size_t room = box.worst.empty() ? title_letters : title_letters - 3;
  if (letters_of(title) <= room) {
    box.title_lines = {title};
    return;
  }
  const std::string first = cut_to(title, room);
  const std::size_t blank = first.rfind(' ');
  if (blank == std::string::npos || blank == 0) box.title_lines = {first};
  else box.title_lines = {title.substr(0, blank), cut_to(std::string_view{title}.substr(blank + 1), title_letters)};
}

void place_chips(Drawing& drawing) {
  std::vector<const Drawing::Line*> placed;
  const auto is_free = [&](double x, double y, double width) {
    const auto near_box = [&](const Drawing::Box& box) {
      return x + width / 2 > box.x && x - width / 2 < box.x + box.width && y + chip_height / 2 > box.y &&
             y - chip_height / 2 < box.y + box.height;
    };
    const auto near_chip = [&](const Drawing::Line* other) {
      return std::abs(other->chip_x - x) < (other->chip_width + width) / 2 + 3 &&
             std::abs(other->chip_y - y) < chip_height + 1;
    };
    return std::none_of(drawing.boxes.begin(), drawing.boxes.end(), near_box) &&
           std::none_of(placed.begin(), placed.end(), near_chip);
  };
  for (Drawing::Line& line : drawing.lines) {
    set_chip(line);
    double best = std::numeric_limits<double>::lowest();
    for (std::size_t i = 1; i < line.points.size(); ++i) {
      const auto [x1, y1] = line.points[i - 1];
      const auto [x2, y2] = line.points[i];
      const double length = std::abs(x2 - x1) + std::abs(y2 - y1);
      for (const double share : {0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9}) {
        const double x = x1 + (x2 - x1) * share;
        const double y = y1 + (y2 - y1) * share;
        const double merit = (is_free(x, y, line.chip_width) ? 100'000 : 0) + length - std::abs(share - 0.5) * 10;
        if (merit <= best) continue;
        best = merit;
        line.chip_x = x;
        line.chip_y = y;
      }
    }
    placed.push_back(&line);
  }
}

}  // namespace bulkhead
