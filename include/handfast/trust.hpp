// Trust stores: the roots that a peer's certificate must lead to.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <handfast/bytes.hpp>
#include <handfast/error.hpp>

namespace [[gnu::visibility("default")]] handfast {

/// Trust anchors, parsed once, found by their subject's name in constant time. Immutable: shared by any
/// number of configurations and threads.
///
/// An anchor is a certificate, trusted as it is (its own signature is not looked at; its validity and the
/// constraints it carries are), or a bare name with a key and perhaps name constraints (RFC 5280 §6.1.1 d).
class TrustStore {
 public:
  class Builder;

  /// How often signatures by an anchor's own key are checked. `often`: each P-256 key gets a table of its
  /// multiples, some 150 KiB that take 20 ms to make, and such a check takes a third of the time. It suits a
  /// server or client of many connections whose peers' certificates are signed by a few anchors themselves;
  /// below public roots stand other CAs, and a SignatureCache does more.
  enum class KeyUse : std::uint8_t { seldom, often };

  /// The certificates of a PEM text (blocks CERTIFICATE, X509 CERTIFICATE and TRUSTED CERTIFICATE; others are
  /// passed over). The last kind is OpenSSL's: it may say for which purposes a certificate is trusted and for
  /// which it is not, and that is obeyed. Certificates that do not parse are left out and counted by
  /// skipped().
  /// Errors: bad_pem, no_certificate_in_file (also: none of them parses).
  static Result<std::shared_ptr<const TrustStore>> from_pem(Bytes text, KeyUse use = KeyUse::seldom);
  /// The same of a file, which may also hold one DER certificate. Errors: file_unreadable and the above.
  static Result<std::shared_ptr<const TrustStore>> from_file(const std::string& path,
                                                             KeyUse use = KeyUse::seldom);
  /// The file that the environment's SSL_CERT_FILE names and the files in the folders that SSL_CERT_DIR lists
  /// (separated by colons); where neither is set, or the program runs with more rights than its caller,
  /// /etc/ssl/certs/ca-certificates.crt.
  /// Errors: file_unreadable, bad_pem, no_trust_anchor.
  static Result<std::shared_ptr<const TrustStore>> system();

  TrustStore(const TrustStore&) = delete;
  TrustStore& operator=(const TrustStore&) = delete;
  ~TrustStore();

  /// How many anchors there are. The same certificate twice counts once.
  [[nodiscard]] std::size_t size() const noexcept;
  /// How many certificates were left out because they do not parse.
  [[nodiscard]] std::size_t skipped() const noexcept;
  /// The anchors' names in DER, each once: what certificate_authorities lists (RFC 8446 §4.2.4). The views
  /// live as long as the store.
  [[nodiscard]] std::span<const Bytes> subjects() const noexcept;
  /// The DER of the anchors that are certificates, in the order they were added. Views as above.
  [[nodiscard]] std::vector<Bytes> certificates() const;

  /// What the library keeps; not part of the public contract.
  struct Contents;
  /// For the library itself.
  [[nodiscard]] const Contents& contents() const noexcept { return *contents_; }

 private:
  explicit TrustStore(std::unique_ptr<const Contents> contents) noexcept;
  std::unique_ptr<const Contents> contents_;
};

/// Puts a store together in memory. One thread; everything given is copied.
class TrustStore::Builder {
 public:
  /// `use`: how often the keys of the anchors are used, of all that are added.
  explicit Builder(KeyUse use = KeyUse::seldom);
  Builder(Builder&&) noexcept;
  Builder& operator=(Builder&&) noexcept;
  ~Builder();

  /// One certificate in DER. Errors: certificate_malformed.
  Result<> add_certificate(Bytes der);
  /// All certificates of a PEM text; how many were added. Errors: bad_pem.
  Result<std::size_t> add_pem(Bytes text);
  /// All certificates of a file, PEM or one DER; how many were added. Errors: file_unreadable, bad_pem.
  Result<std::size_t> add_file(const std::string& path);
  /// A name (DER Name) with its key (DER SubjectPublicKeyInfo) and, if not empty, DER NameConstraints that
  /// bind every path below it. Errors: certificate_malformed, certificate_unsupported (the key).
  Result<> add_anchor(Bytes name, Bytes subject_public_key_info, Bytes name_constraints = {});

  /// The store; the builder is empty afterwards. A store without anchors trusts nothing.
  [[nodiscard]] std::shared_ptr<const TrustStore> build();

 private:
  std::unique_ptr<Contents> contents_;
  KeyUse use_;
};

}  // namespace handfast
