// The branch of a PSK: the early secret, the binder, the keys of early data.
#include "explain/psk_branch.hpp"

#include <array>
#include <utility>

#include "schedule/key_schedule.hpp"

namespace handfast::explain {
namespace {

using schedule::PskKind;

constexpr const char* schedule_section = "RFC 8446 §7.1";
constexpr std::array binder_labels{std::pair{PskKind::resumption, std::string_view("res binder")},
                                   std::pair{PskKind::external, std::string_view("ext binder")},
                                   std::pair{PskKind::imported, std::string_view("imp binder")}};

/// A PSK that is known, or whose tree is drawn without it.
struct KnownPsk {
  const inspect::RecordedSecret* secret = nullptr;
  std::string_view label = binder_labels.front().second;
};

// Of the PSKs that were recorded the one that this binder is made of: a retry drops some of the list, and a
// server records only the one that it takes.
KnownPsk find_psk(const KeyTree& tree, const OfferedPsk& offered) {
  const crypto::Digest covered = tree.digest(offered.hello, offered.uncovered);
  for (const auto& secret : tree.recording().secrets) {
    if (secret.name != "psk") continue;
    const schedule::EarlySecret early(tree.hash(), secret.value);
    for (const auto& [kind, label] : binder_labels)
      if (early.binder(kind, covered).equals(offered.binder)) return {&secret, label};
  }
  return {};
}

// RFC 8446 §4.2.11.2: a Finished over the ClientHello, as far as it stands in front of the binders.
void grow_binder(KeyTree& tree, const PskBranch& branch, std::string_view label, KeyTree::Index empty_hash) {
  const std::size_t size = crypto::digest_size(tree.hash());
  const std::string& prefix = branch.prefix;
  const KeyTree::Index base =
      tree.expand_label(prefix + "binder_key", branch.early_secret, label, from("context", empty_hash), size,
                        {label == "res binder" ? "Proves a key that comes from a ticket; keys of other "
                                                 "origins have another label, so that none passes for them."
                                               : "Proves a key that both sides were given beforehand.",
                         schedule_section});
  const KeyTree::Index key =
      tree.expand_label(prefix + "binder_finished_key", base, "finished", octets_input("context", {}), size,
                        {"The key of the binder.", "RFC 8446 §4.2.11.2"});
  const KeyTree::Index covered = tree.transcript(
      prefix + "transcript_before_binders", branch.offered.hello,
      {"The ClientHello up to the binders, which cannot cover themselves.", "RFC 8446 §4.2.11.2"},
      branch.offered.uncovered);
  const KeyTree::Index binder = tree.hmac(
      prefix + "binder", key, covered,
      {"What the ClientHello says beside the PSK: I have it, and I wrote this hello.", "RFC 8446 §4.2.11.2"});
  tree.confirm_shown(binder, branch.offered.binder);
}

}  // namespace

PskBranch grow_psk(KeyTree& tree, OfferedPsk offered, KeyTree::Index empty_hash, std::string prefix) {
  const KnownPsk known = find_psk(tree, offered);
  const KeyTree::Index psk = tree.given(
      prefix + "psk", known.secret,
      {"What a ticket stands for, or what both sides were given beforehand.", "RFC 8446 §4.2.11, §4.6.1"});
  const KeyTree::Index early_secret =
      tree.extract(prefix + "early_secret", octets_input("salt", Octets(crypto::digest_size(tree.hash()))),
                   from("PSK", psk), {"Made of the pre-shared key alone.", schedule_section});
  PskBranch branch{std::move(prefix), std::move(offered), early_secret};
  grow_binder(tree, branch, known.label, empty_hash);
  return branch;
}

}  // namespace handfast::explain
