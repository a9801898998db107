// Trust stores.
#include <cstdlib>
#include <string_view>

#include <handfast/trust.hpp>

#include "x509/extension_values.hpp"
#include "x509/file.hpp"
#include "x509/name.hpp"
#include "x509/name_constraints.hpp"
#include "x509/pem.hpp"
#include "x509/trust_anchor.hpp"

namespace handfast {
namespace {

using x509::TrustAnchor;

constexpr const char* debian_bundle = "/etc/ssl/certs/ca-certificates.crt";

bool is_certificate_label(std::string_view label) noexcept {
  return label == "CERTIFICATE" || label == "X509 CERTIFICATE" || label == "TRUSTED CERTIFICATE";
}

/// What stands behind the certificate in a TRUSTED CERTIFICATE of OpenSSL (X509_CERT_AUX): the purposes that
/// it is trusted for, those that it is not trusted for, and things that only inform.
void read_trust_lists(x509::Der& der, TrustAnchor& anchor) noexcept {
  if (!der.more()) return;
  x509::Der lists = der.sequence("trust");
  if (lists.next_is(x509::tag::sequence)) {
    x509::Der trusted = lists.sequence("trust");
    anchor.trusted_for = x509::read_purposes(trusted);
    anchor.trusted_for.present = true;
  }
  if (lists.next_is(x509::tag::constructed(0))) {
    x509::Der rejected = lists.inside(x509::tag::constructed(0), "reject");
    anchor.rejected_for = x509::read_purposes(rejected);
  }
  der.finish("trust");
}

std::optional<x509::Defect> read_certificate(Bytes der, TrustAnchor& anchor) {
  anchor.octets = to_octets(der);
  x509::Certificate certificate;
  if (auto defect = x509::Certificate::parse_into(certificate, anchor.octets)) return defect;
  anchor.subject = certificate.subject;
  anchor.key = certificate.key;
  anchor.name_constraints = certificate.extensions.value(x509::ExtensionId::name_constraints);
  anchor.certificate = certificate;
  return std::nullopt;
}

/// Null: it does not parse.
std::unique_ptr<TrustAnchor> read_block(const x509::PemBlock& block, Bytes octets) {
  auto anchor = std::make_unique<TrustAnchor>();
  Bytes der = octets;
  if (block.label == "TRUSTED CERTIFICATE") {
    x509::Fault fault(octets);
    x509::Der elements(octets, fault);
    der = elements.any("Certificate").whole;
    read_trust_lists(elements, *anchor);
    if (fault.happened()) return nullptr;
  }
  if (read_certificate(der, *anchor)) return nullptr;
  return anchor;
}

void make_key_ready(TrustAnchor& anchor) {
  if (auto key = x509::make_public_key(anchor.key)) anchor.public_key = std::move(*key);
}

void make_key_ready_for_many(TrustAnchor& anchor) {
  if (anchor.public_key) anchor.public_key = anchor.public_key->for_many_checks();
}

}  // namespace

const TrustAnchor* TrustStore::Contents::find(Bytes certificate, std::uint64_t subject_hash) const noexcept {
  for (const TrustAnchor* anchor : with_hash(subject_hash))
    if (anchor->certificate && equal(anchor->certificate->der, certificate)) return anchor;
  return nullptr;
}

bool TrustStore::Contents::add(std::unique_ptr<TrustAnchor> anchor, KeyUse use) {
  const std::uint64_t hash = x509::name_hash(anchor->subject);
  auto& same_hash = by_hash[hash];
  bool new_subject = true;
  for (const TrustAnchor* known : same_hash) {
    if (equal(known->octets, anchor->octets)) return false;
    new_subject = new_subject && !equal(known->subject, anchor->subject);
  }
  if (!anchor->public_key) make_key_ready(*anchor);
  if (use == KeyUse::often) make_key_ready_for_many(*anchor);
  if (new_subject) subjects.push_back(anchor->subject);
  anchor->position = anchors.size();
  same_hash.push_back(anchor.get());
  anchors.push_back(std::move(anchor));
  return true;
}

TrustStore::TrustStore(std::unique_ptr<const Contents> contents) noexcept : contents_(std::move(contents)) {}
TrustStore::~TrustStore() = default;

std::size_t TrustStore::size() const noexcept { return contents_->anchors.size(); }
std::size_t TrustStore::skipped() const noexcept { return contents_->skipped; }
std::span<const Bytes> TrustStore::subjects() const noexcept { return contents_->subjects; }

std::vector<Bytes> TrustStore::certificates() const {
  std::vector<Bytes> all;
  for (const auto& anchor : contents_->anchors)
    if (anchor->certificate) all.push_back(anchor->certificate->der);
  return all;
}

Result<std::shared_ptr<const TrustStore>> TrustStore::from_pem(Bytes text, KeyUse use) {
  Builder builder(use);
  const auto added = builder.add_pem(text);
  if (!added) return fail(added.error());
  auto store = builder.build();
  if (store->size() == 0) return fail(ErrorCode::no_certificate_in_file);
  return store;
}

Result<std::shared_ptr<const TrustStore>> TrustStore::from_file(const std::string& path, KeyUse use) {
  Builder builder(use);
  const auto added = builder.add_file(path);
  if (!added) return fail(added.error());
  auto store = builder.build();
  if (store->size() == 0) return fail(ErrorCode::no_certificate_in_file);
  return store;
}

Result<std::shared_ptr<const TrustStore>> TrustStore::system() {
  // Not for programs that run with more rights than their caller has.
  const char* file = ::secure_getenv("SSL_CERT_FILE");
  const char* folders = ::secure_getenv("SSL_CERT_DIR");
  Builder builder;
  if (file != nullptr || folders == nullptr) {
    const auto added = builder.add_file(file != nullptr ? file : debian_bundle);
    if (!added) return fail(added.error());
  }
  for (std::string_view list = folders != nullptr ? folders : ""; !list.empty();) {
    const std::size_t colon = list.find(':');
    const auto files = x509::list_files(std::string(list.substr(0, colon)));
    if (!files) return fail(files.error());
    // A folder may hold other things than certificates: what does not read is passed over.
    for (const std::string& path : *files) static_cast<void>(builder.add_file(path));
    list.remove_prefix(colon == std::string_view::npos ? list.size() : colon + 1);
  }
  auto store = builder.build();
  if (store->size() == 0) return fail(ErrorCode::no_trust_anchor);
  return store;
}

TrustStore::Builder::Builder(KeyUse use) : contents_(std::make_unique<Contents>()), use_(use) {}
TrustStore::Builder::Builder(Builder&&) noexcept = default;
TrustStore::Builder& TrustStore::Builder::operator=(Builder&&) noexcept = default;
TrustStore::Builder::~Builder() = default;

Result<> TrustStore::Builder::add_certificate(Bytes der) {
  auto anchor = std::make_unique<TrustAnchor>();
  if (const auto defect = read_certificate(der, *anchor)) return fail(defect->error());
  contents_->add(std::move(anchor), use_);
  return {};
}

Result<std::size_t> TrustStore::Builder::add_pem(Bytes text) {
  std::size_t added = 0;
  for (x509::PemReader reader(text);;) {
    const auto block = reader.next();
    if (!block) return fail(block.error());
    if (!*block) return added;
    if (!is_certificate_label((*block)->label)) continue;
    const auto der = (*block)->decode();
    if (!der) return fail(der.error());
    auto anchor = read_block(**block, *der);
    if (!anchor) {
      ++contents_->skipped;
      continue;
    }
    contents_->add(std::move(anchor), use_);
    ++added;
  }
}

Result<std::size_t> TrustStore::Builder::add_file(const std::string& path) {
  const auto octets = x509::read_file(path);
  if (!octets) return fail(octets.error());
  if (x509::looks_like_pem(*octets) || octets->empty() || octets->front() != x509::tag::sequence)
    return add_pem(*octets);
  if (add_certificate(*octets)) return std::size_t{1};
  ++contents_->skipped;
  return std::size_t{0};
}

Result<> TrustStore::Builder::add_anchor(Bytes name, Bytes subject_public_key_info, Bytes name_constraints) {
  auto anchor = std::make_unique<TrustAnchor>();
  for (const Bytes part : {name, subject_public_key_info, name_constraints})
    anchor->octets.insert(anchor->octets.end(), part.begin(), part.end());
  const Bytes all = anchor->octets;
  x509::Fault fault(all);
  x509::Der der(all, fault);
  anchor->subject = x509::read_name(der, "name");
  x509::read_key_info(der, anchor->key);
  anchor->name_constraints = der.rest();
  if (der.more()) x509::check_name_constraints(der);
  der.finish("nameConstraints");
  if (fault.happened()) return fail(fault.defect()->error());
  make_key_ready(*anchor);
  if (!anchor->public_key) return fail(ErrorCode::certificate_unsupported);
  contents_->add(std::move(anchor), use_);
  return {};
}

std::shared_ptr<const TrustStore> TrustStore::Builder::build() {
  std::unique_ptr<const Contents> contents = std::exchange(contents_, std::make_unique<Contents>());
  return std::shared_ptr<const TrustStore>(new TrustStore(std::move(contents)));
}

}  // namespace handfast
