// The picture of handfast bench: ratios as bars.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "bench_report.hpp"
#include "html.hpp"

namespace handfast::tool {
namespace {

constexpr int label_width = 250;
constexpr int plot_width = 560;
constexpr int bar_height = 18;
constexpr int top = 46;
constexpr double most = 30;  // ratios beyond it touch the edge; their number tells

struct Bar {
  std::string label;
  double ratio;
};

std::vector<Bar> bars_of(const BenchReport& report) {
  std::vector<Bar> bars;
  for (const BenchRow& row : report.rows)
    for (const BenchFigure& figure : row.figures)
      if (const auto ratio = ratio_of(figure))
        bars.push_back({row.scenario.name + " " + figure.name, *ratio});
  return bars;
}

// On a logarithmic scale twice as fast and half as fast are equally far from 1.
double x_of(double ratio) noexcept {
  constexpr double least = 0.5;
  const double clamped = std::clamp(ratio, least, most);
  return label_width + plot_width * std::log(clamped / least) / std::log(most / least);
}

std::string scale_of(int height) {
  std::string lines;
  for (const double mark : {0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0})
    lines += fmt::format(
        "<line x1=\"{0:.1f}\" y1=\"{1}\" x2=\"{0:.1f}\" y2=\"{2}\" stroke=\"{3}\"/>"
        "<text x=\"{0:.1f}\" y=\"{4}\" text-anchor=\"middle\">{5:g}</text>\n",
        x_of(mark), top - 4, height - 8, mark == 1.0 ? "#444" : "#ddd", top - 8, mark);
  return lines;
}

}  // namespace

std::string svg_of(const BenchReport& report) {
  const std::vector<Bar> bars = bars_of(report);
  const int height = top + static_cast<int>(bars.size()) * bar_height + 12;
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
      "<text x=\"8\" y=\"18\" font-size=\"14\">Handfast beside {2}: peer's figure by ours, more is "
      "better</text>\n",
      label_width + plot_width + 60, height, escaped(report.peer.empty() ? "no peer" : report.peer));
  svg += scale_of(height);
  int y = top;
  for (const Bar& bar : bars) {
    const double from = std::min(x_of(1), x_of(bar.ratio));
    const double to = std::max(x_of(1), x_of(bar.ratio));
    svg += fmt::format(
        "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>"
        "<rect x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\" fill=\"{}\"/>"
        "<text x=\"{:.1f}\" y=\"{}\">{:.2f}</text>\n",
        label_width - 8, y + 13, escaped(bar.label), from, y + 2, to - from, bar_height - 5,
        bar.ratio >= 1 ? "#2a7f62" : "#b5452c", to + 5, y + 13, bar.ratio);
    y += bar_height;
  }
  return svg + "</svg>\n";
}

}  // namespace handfast::tool
