// Derivations, each with what it is made of.
#include "explain/key_tree.hpp"

#include <algorithm>

#include "crypto/hkdf.hpp"
#include "crypto/prf.hpp"
#include "message/messages.hpp"
#include "schedule/transcript.hpp"

namespace handfast::inspect {

std::string_view name_of(Operation operation) noexcept {
  switch (operation) {
    case Operation::given: return "given";
    case Operation::transcript_hash: return "Transcript-Hash";
    case Operation::hkdf_extract: return "HKDF-Extract";
    case Operation::hkdf_expand_label: return "HKDF-Expand-Label";
    case Operation::hmac: return "HMAC";
    case Operation::prf: return "PRF";
    case Operation::part: return "part";
  }
  return {};
}

}  // namespace handfast::inspect

namespace handfast::explain {

using inspect::Operation;

DerivationInput from(std::string name, std::size_t derivation) {
  return {.name = std::move(name), .text = {}, .octets = {}, .derivation = derivation};
}

DerivationInput octets_input(std::string name, Octets octets) {
  return {.name = std::move(name), .text = {}, .octets = std::move(octets), .derivation = {}};
}

namespace {

DerivationInput text_input(std::string name, std::string text) {
  return {.name = std::move(name), .text = std::move(text), .octets = {}, .derivation = {}};
}

}  // namespace

Derivation KeyTree::start(std::string name, Operation operation, std::size_t length, About about) const {
  Derivation derivation;
  derivation.name = std::move(name);
  derivation.operation = operation;
  if (operation != Operation::given && operation != Operation::part)
    derivation.hash = std::string(crypto::name_of(hash()));
  derivation.length = length;
  derivation.purpose = std::move(about.purpose);
  derivation.section = std::move(about.section);
  return derivation;
}

KeyTree::Index KeyTree::add(Derivation derivation) {
  derivations_.push_back(std::move(derivation));
  acts_.push_back(act_);
  return derivations_.size() - 1;
}

Bytes KeyTree::value(const DerivationInput& input) const noexcept {
  return input.derivation ? value(*input.derivation) : Bytes(input.octets);
}

const inspect::RecordedSecret* KeyTree::recorded(std::string_view label) const noexcept {
  const auto found = std::ranges::find(recording_.secrets, label, &inspect::RecordedSecret::name);
  return found == recording_.secrets.end() ? nullptr : &*found;
}

KeyTree::Index KeyTree::shown(std::string name, Bytes value, About about) {
  Derivation derivation = start(std::move(name), Operation::given, value.size(), std::move(about));
  derivation.value.assign(value.begin(), value.end());
  derivation.is_secret = false;
  derivation.confirmed = true;
  return add(std::move(derivation));
}

KeyTree::Index KeyTree::given(std::string name, std::string_view label, About about) {
  return given(std::move(name), recorded(label), std::move(about));
}

KeyTree::Index KeyTree::given(std::string name, const inspect::RecordedSecret* secret, About about) {
  Derivation derivation = start(std::move(name), Operation::given, 0, std::move(about));
  if (secret != nullptr) {
    derivation.value = secret->value;
    derivation.length = secret->value.size();
    derivation.confirmed = true;
  }
  return add(std::move(derivation));
}

crypto::Digest KeyTree::digest(Index last_message, std::size_t left_out) const {
  schedule::Transcript transcript(hash());
  const auto& messages = dissection_.messages;
  for (Index i = 0; i <= last_message; ++i) {
    if (!messages[i].in_transcript) continue;
    Bytes octets = messages[i].octets;
    if (message::is_hello_retry_request(octets)) transcript.replace_with_message_hash();
    if (i == last_message) octets = octets.first(octets.size() - left_out);
    transcript.add(octets);
  }
  return transcript.digest();
}

KeyTree::Index KeyTree::transcript(std::string name, Index last_message, About about, std::size_t left_out) {
  Derivation derivation =
      start(std::move(name), Operation::transcript_hash, crypto::digest_size(hash()), std::move(about));
  derivation.is_secret = false;
  const auto& messages = dissection_.messages;
  for (Index i = 0; i <= last_message; ++i)
    if (messages[i].in_transcript) derivation.messages.push_back(i);
  derivation.left_out = left_out;
  Octets value = messages[last_message].transcript_hash;
  if (left_out != 0) value = to_octets(digest(last_message, left_out).view());
  derivation.value.assign(value.begin(), value.end());
  return add(std::move(derivation));
}

KeyTree::Index KeyTree::extract(std::string name, DerivationInput salt, DerivationInput input, About about) {
  Derivation derivation =
      start(std::move(name), Operation::hkdf_extract, crypto::digest_size(hash()), std::move(about));
  if (!value(salt).empty() && !value(input).empty()) {
    const crypto::MacValue made = crypto::hkdf_extract(hash(), value(salt), value(input));
    derivation.value.assign(made.view().begin(), made.view().end());
  }
  derivation.inputs = {std::move(salt), std::move(input)};
  return add(std::move(derivation));
}

KeyTree::Index KeyTree::expand_label(std::string name, Index secret, std::string_view label,
                                     DerivationInput context, std::size_t length, About about) {
  Derivation derivation = start(std::move(name), Operation::hkdf_expand_label, length, std::move(about));
  const bool known = !value(secret).empty() && (!context.derivation || !value(context).empty());
  if (known) {
    derivation.value.resize(length);
    crypto::expand_label(crypto::HmacKey(hash(), value(secret)), label, value(context), derivation.value);
  }
  derivation.inputs = {from("secret", secret), text_input("label", std::string(label)), std::move(context)};
  return add(std::move(derivation));
}

KeyTree::Index KeyTree::hmac(std::string name, Index key, Index data, About about) {
  Derivation derivation =
      start(std::move(name), Operation::hmac, crypto::digest_size(hash()), std::move(about));
  derivation.is_secret = false;
  if (!value(key).empty() && !value(data).empty()) {
    const crypto::MacValue made = crypto::HmacKey(hash(), value(key)).mac(value(data));
    derivation.value.assign(made.view().begin(), made.view().end());
  }
  derivation.inputs = {from("key", key), from("data", data)};
  return add(std::move(derivation));
}

KeyTree::Index KeyTree::prf(std::string name, Index secret, std::string_view label,
                            const std::vector<Index>& seed, std::size_t length, About about) {
  Derivation derivation = start(std::move(name), Operation::prf, length, std::move(about));
  derivation.inputs = {from("secret", secret), text_input("label", std::string(label))};
  Octets whole;
  bool known = !value(secret).empty();
  for (const Index part : seed) {
    known = known && !value(part).empty();
    whole.insert(whole.end(), value(part).begin(), value(part).end());
    derivation.inputs.push_back(from("seed", part));
  }
  if (known) {
    derivation.value.resize(length);
    crypto::prf(hash(), value(secret), label, {whole}, derivation.value);
  }
  return add(std::move(derivation));
}

KeyTree::Index KeyTree::part(std::string name, Index whole, std::size_t offset, std::size_t length,
                             About about) {
  Derivation derivation = start(std::move(name), Operation::part, length, std::move(about));
  if (const Bytes octets = value(whole); !octets.empty()) {
    const Bytes cut = octets.subspan(offset, length);
    derivation.value.assign(cut.begin(), cut.end());
  }
  derivation.inputs = {from("of", whole), text_input("offset", std::to_string(offset))};
  return add(std::move(derivation));
}

void KeyTree::confirm(Index index, std::string_view label) {
  const auto* secret = recorded(label);
  if (secret == nullptr) return;
  Derivation& derivation = derivations_[index];
  if (derivation.value.empty()) derivation.value = secret->value;
  derivation.confirmed = constant_time_equal(derivation.value, secret->value);
  if (!derivation.confirmed)
    remarks_.push_back("The connection used another " + derivation.name + " than follows from its inputs.");
}

void KeyTree::confirm_shown(Index index, Bytes value) {
  Derivation& derivation = derivations_[index];
  if (derivation.value.empty()) return;
  derivation.confirmed = equal(derivation.value, value);
  if (!derivation.confirmed)
    remarks_.push_back("A message shows another " + derivation.name + " than follows from its inputs.");
}

KeySchedule key_schedule(const Dissection& dissection, const inspect::Recording& recording) {
  if (dissection.suite == nullptr || dissection.suite->version != dissection.version) return {};
  KeyTree tree(dissection, recording);
  if (dissection.version == ProtocolVersion::tls13) {
    grow13(tree);
  } else {
    grow12(tree);
  }
  return {tree.take(), std::move(tree.acts()), std::move(tree.remarks())};
}

}  // namespace handfast::explain
