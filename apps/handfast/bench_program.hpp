// A program that measures one TLS library for handfast bench: handfast-bench-handfast,
// handfast-bench-openssl.
//
// Each library has a program of its own, so that the tool links no peer, and so that the heap can be counted
// by replacing malloc without the tool's own malloc being any other than everywhere.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "failure.hpp"

namespace handfast::tool {

/// What handshakes took in some milliseconds, and right after them their primitives, in the figure's unit.
struct BenchTurn {
  double handshake;
  double alone;     ///< the sum of the primitives, each measured alone
  double in_order;  ///< the primitives one after the other, as a handshake calls them
};

/// One number: "server" of a handshake in "us", "send" of a record in "ns", octets, counts. Less is better.
struct BenchFigure {
  std::string name;
  double value = 0;
  std::string unit;
  std::optional<double> peer{};    ///< the peer's, measured beside it
  std::vector<BenchTurn> turns{};  ///< of handshakes whose primitives are measured beside them
};
using BenchFigures = std::vector<BenchFigure>;

/// Null: there is none of this name.
[[nodiscard]] const BenchFigure* find_figure(const BenchFigures& figures, std::string_view name) noexcept;

struct BenchScenario {
  std::string name;
  std::size_t record_size = 0;  ///< octets of data in a record; 0: not about records
};

class BenchProgram {
 public:
  /// The program that measures `library`: beside this one, in the build tree, or in libexec of an
  /// installation.
  static Outcome<BenchProgram> find(const std::string& library);

  [[nodiscard]] Outcome<std::vector<BenchScenario>> scenarios() const;
  /// Its figures of one scenario; none when the library cannot do that. `folder`: the credentials.
  [[nodiscard]] Outcome<BenchFigures> measure(const std::string& folder, const std::string& scenario,
                                              double seconds);
  /// What the library says it is, once it has measured something.
  [[nodiscard]] const std::string& library() const noexcept { return library_; }

 private:
  explicit BenchProgram(std::string path) noexcept : path_(std::move(path)) {}
  std::string path_;
  std::string library_;
};

}  // namespace handfast::tool
