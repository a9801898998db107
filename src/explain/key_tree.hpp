// The key schedule as a list of derivations, computed anew from what is known.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <handfast/explain.hpp>

#include "explain/act.hpp"
#include "explain/dissection.hpp"

namespace handfast::explain {

using inspect::Derivation;
using inspect::DerivationInput;

/// What a value is for, and where that is specified.
struct About {
  std::string purpose;
  std::string section;
};

/// Grows derivation by derivation. A value is computed as soon as all inputs are known; one that the
/// recording names is compared with it, or stands in where inputs are missing (a capture with a key log).
class KeyTree {
 public:
  KeyTree(const Dissection& dissection, const inspect::Recording& recording)
      : dissection_(dissection), recording_(recording) {}

  using Index = std::size_t;

  /// What grows from here on is made in this act.
  void enter(Act act) noexcept { act_ = act; }
  /// A public value from a message.
  Index shown(std::string name, Bytes value, About about);
  /// A secret that the recording names so; perhaps not known.
  Index given(std::string name, std::string_view label, About about);
  /// A secret of the recording; null: it is not known.
  Index given(std::string name, const inspect::RecordedSecret* secret, About about);
  /// Transcript-Hash up to and with this message, but for its last `left_out` octets.
  Index transcript(std::string name, Index last_message, About about, std::size_t left_out = 0);
  Index extract(std::string name, DerivationInput salt, DerivationInput input, About about);
  Index expand_label(std::string name, Index secret, std::string_view label, DerivationInput context,
                     std::size_t length, About about);
  Index hmac(std::string name, Index key, Index data, About about);
  /// `seed` are one or two values, taken as one string.
  Index prf(std::string name, Index secret, std::string_view label, const std::vector<Index>& seed,
            std::size_t length, About about);
  Index part(std::string name, Index whole, std::size_t offset, std::size_t length, About about);

  /// The connection named this value `label`: compared, or taken.
  void confirm(Index derivation, std::string_view label);
  /// The connection showed this very value in a message.
  void confirm_shown(Index derivation, Bytes value);

  [[nodiscard]] const Dissection& dissection() const noexcept { return dissection_; }
  [[nodiscard]] const inspect::Recording& recording() const noexcept { return recording_; }
  /// What transcript() would show.
  [[nodiscard]] crypto::Digest digest(Index last_message, std::size_t left_out) const;
  [[nodiscard]] crypto::HashAlgorithm hash() const noexcept { return dissection_.suite->hash; }
  [[nodiscard]] Bytes value(Index derivation) const noexcept { return derivations_[derivation].value; }
  [[nodiscard]] std::vector<Derivation> take() noexcept { return std::move(derivations_); }
  [[nodiscard]] std::vector<Act>& acts() noexcept { return acts_; }
  [[nodiscard]] std::vector<std::string>& remarks() noexcept { return remarks_; }

 private:
  Derivation start(std::string name, inspect::Operation operation, std::size_t length, About about) const;
  Index add(Derivation derivation);
  [[nodiscard]] Bytes value(const DerivationInput& input) const noexcept;
  [[nodiscard]] const inspect::RecordedSecret* recorded(std::string_view label) const noexcept;

  const Dissection& dissection_;
  const inspect::Recording& recording_;
  Act act_ = Act::application_keys;
  std::vector<Derivation> derivations_;
  std::vector<Act> acts_;
  std::vector<std::string> remarks_;
};

// ---- inputs

[[nodiscard]] DerivationInput from(std::string name, std::size_t derivation);
[[nodiscard]] DerivationInput octets_input(std::string name, Octets octets);

/// Fills the tree of the version that was negotiated.
void grow13(KeyTree& tree);
void grow12(KeyTree& tree);

/// The key schedule of a connection; empty without a suite.
struct KeySchedule {
  std::vector<Derivation> derivations;
  std::vector<Act> acts;  ///< in which each is made
  std::vector<std::string> remarks;
};
[[nodiscard]] KeySchedule key_schedule(const Dissection& dissection, const inspect::Recording& recording);

}  // namespace handfast::explain
