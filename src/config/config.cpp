// Configurations: checked once, so that a handshake finds nothing wrong with its own side.
#include <algorithm>

#include <handfast/config.hpp>
#include <handfast/signature_cache.hpp>

#include "config/credential_contents.hpp"
#include "config/credential_directory.hpp"
#include "crypto/hash.hpp"
#include "crypto/key_exchange.hpp"
#include "schedule/suite.hpp"

namespace handfast {

/// Builds what is immutable afterwards.
struct ConfigAccess {
  static std::shared_ptr<ClientConfig> client() { return std::shared_ptr<ClientConfig>(new ClientConfig()); }
  static std::shared_ptr<ServerConfig> server() { return std::shared_ptr<ServerConfig>(new ServerConfig()); }
  static void fill(ClientConfig& config, ClientSettings settings, RandomSource& random, bool verifies) {
    config.settings_ = std::move(settings);
    config.random_ = &random;
    config.verifies_ = verifies;
    crypto::Hash shown(crypto::HashAlgorithm::sha256);
    for (const Credential& credential : config.settings_.credentials)
      shown.update(crypto::hash(crypto::HashAlgorithm::sha256, credential.contents().identity()).view());
    for (const auto& psk : config.settings_.external_psks)
      shown.update(crypto::hash(crypto::HashAlgorithm::sha256, psk->identity).view());
    copy(shown.digest().view(), config.session_context_);
  }
  static void fill(ServerConfig& config, ServerSettings settings, RandomSource& random) {
    config.settings_ = std::move(settings);
    config.directory_ = std::make_shared<const CredentialDirectory>(config.settings_.credentials);
    config.random_ = &random;
  }
};

namespace {

std::unexpected<Error> unsupported(const char* what) { return fail(ErrorCode::unsupported_option, what); }

Result<> check_versions_and_suites(const Policy& policy) {
  if (policy.min_version > policy.max_version) return unsupported("policy: min_version is above max_version");
  if (policy.min_version < ProtocolVersion::tls12 || policy.max_version > ProtocolVersion::tls13)
    return unsupported("policy: only TLS 1.2 and 1.3 are spoken");  // [8446:D.5#3,4]
  bool usable = false;
  bool needs_curve = true;  // each usable one does
  for (const CipherSuite suite : policy.cipher_suites) {
    const schedule::SuiteInfo* info = schedule::suite_info(suite);
    if (info == nullptr) return unsupported("policy: a cipher suite is not known");
    if (!policy.allows(info->version)) continue;
    usable = true;
    const bool ecdhe12 =
        info->version == ProtocolVersion::tls12 && info->key_exchange == schedule::KeyExchange::ecdhe;
    needs_curve = needs_curve && ecdhe12;
  }
  if (!usable) return unsupported("policy: no cipher suite for the versions");
  // Hybrids are for TLS 1.3.
  if (needs_curve && std::none_of(policy.groups.begin(), policy.groups.end(), crypto::is_classical))
    return unsupported("policy: no group for TLS 1.2");
  return {};
}

// A version without a suite would be offered, or chosen, in vain.
void leave_out_versions_without_suite(Policy& policy) {
  const auto has = [&policy](ProtocolVersion version) {
    return std::any_of(
        policy.cipher_suites.begin(), policy.cipher_suites.end(),
        [version](CipherSuite suite) { return schedule::suite_info(suite)->version == version; });
  };
  if (!has(ProtocolVersion::tls13)) policy.max_version = ProtocolVersion::tls12;
  if (!has(ProtocolVersion::tls12)) policy.min_version = ProtocolVersion::tls13;
}

Result<> check_groups_and_schemes(const Policy& policy) {
  if (policy.groups.empty()) return unsupported("policy: no group");
  for (const NamedGroup group : policy.groups)
    if (!crypto::supported(group)) return unsupported("policy: a group is not known");
  // [5246:7.4.1.4.1#1] [8446:4.2.3#13,14] [8446:4.4.2.4#2] A scheme that is known signs, and with SHA-256 at
  // least.
  if (policy.signature_schemes.empty()) return unsupported("policy: no signature scheme");
  for (const SignatureScheme scheme : policy.signature_schemes)
    if (!crypto::algorithm_of(scheme)) return unsupported("policy: a signature scheme is not known");
  return {};
}

// A client's own wish: servers do not look at it.
Result<> check_key_shares(const Policy& policy) {
  // RFC 8446 §4.2.8: shares stand in the order of supported_groups [8446:4.2.8#1,4].
  const NamedGroup* next = policy.groups.begin();
  for (const NamedGroup group : policy.key_shares) {
    next = std::find(next, policy.groups.end(), group);
    if (next == policy.groups.end())
      return unsupported("policy: key_shares is not a part of groups in their order");
    ++next;
  }
  return {};
}

// RFC 7250 §3: of the registered kinds these two are spoken.
Result<> check_certificate_types(const Preferences<CertificateType, 2>& types) {
  for (const CertificateType type : types)
    if (type != CertificateType::X509 && type != CertificateType::RawPublicKey)
      return unsupported("a kind of certificate that is not known");
  return {};
}

Result<> check_compression(const CommonSettings& settings) {
  Preferences<CertificateCompressionAlgorithm, 16> known;
  for (const auto& compression : settings.certificate_compression) {
    if (!compression)
      return fail(ErrorCode::invalid_argument, "certificate_compression: one of them is null");
    if (!known.add(compression->algorithm()))
      return fail(ErrorCode::invalid_argument, "certificate_compression: twice the same, or more than 16");
  }
  return {};
}

// What a full verification needs: anchors for certificates, keys for raw public keys.
Result<> check_trust(const CommonSettings& settings) {
  const auto& types = settings.peer_certificate_types;
  if (types.contains(CertificateType::X509) && (!settings.trust || settings.trust->size() == 0))
    return fail(ErrorCode::no_trust_anchor);
  if (types.contains(CertificateType::RawPublicKey) && settings.trusted_public_keys.empty())
    return fail(ErrorCode::no_trust_anchor, "no trusted_public_keys");
  return {};
}

// RFC 9345 §4: schemes that a delegated credential may have.
Result<> check_delegated_credentials(const CommonSettings& settings) {
  for (const SignatureScheme scheme : settings.delegated_credentials)
    if (!is_for_delegation(scheme))
      return unsupported("delegated_credentials: a scheme is not for delegated credentials");
  return {};
}

// What the lists of trust_anchors can hold.
Result<> check_trust_anchors(std::span<const Octets> ids) {
  std::size_t octets = 0;
  for (const Octets& id : ids) {
    if (id.empty() || id.size() > max_trust_anchor_id_size)
      return fail(ErrorCode::invalid_argument, "a trust anchor ID has 1 to 255 octets");
    octets += 1 + id.size();
  }
  if (octets > max_trust_anchor_list_size)
    return fail(ErrorCode::invalid_argument, "trust anchor IDs: more than 8,192 octets");
  return {};
}

Result<> check_common(const CommonSettings& settings) {
  if (settings.peer_certificate_types.empty()) return unsupported("peer_certificate_types is empty");
  if (auto ok = check_certificate_types(settings.peer_certificate_types); !ok) return ok;
  if (auto ok = check_compression(settings); !ok) return ok;
  if (auto ok = check_delegated_credentials(settings); !ok) return ok;
  if (settings.requested_trust_anchors) {
    if (auto ok = check_trust_anchors(*settings.requested_trust_anchors); !ok) return ok;
  }
  if (auto ok = check_versions_and_suites(settings.policy); !ok) return ok;
  if (auto ok = check_groups_and_schemes(settings.policy); !ok) return ok;
  std::size_t octets = 0;
  for (const std::string& protocol : settings.application_protocols) {
    if (protocol.empty() || protocol.size() > 255)
      return fail(ErrorCode::invalid_argument, "application_protocols: a name has 1 to 255 octets");
    octets += 1 + protocol.size();
  }
  if (octets > 0xffff)
    return fail(ErrorCode::invalid_argument, "application_protocols: more than 65,535 octets");
  const std::uint16_t limit = settings.record_size_limit;
  if (limit != 0 && (limit < 64 || limit > 16385))
    return fail(ErrorCode::invalid_argument, "record_size_limit: 0, or 64 to 16,385");
  if (settings.max_handshake_message < 4096)
    return fail(ErrorCode::invalid_argument, "max_handshake_message: 4,096 at least");
  return {};
}

bool can_sign_with(const Policy& policy, const Credential& credential) {
  const Credential::Contents& contents = credential.contents();
  const auto makes = [&](SignatureScheme scheme) {
    return (policy.allows(ProtocolVersion::tls13) && std::ranges::count(contents.schemes, scheme) != 0) ||
           (policy.allows(ProtocolVersion::tls12) && !contents.delegation &&
            contents.public_key.matches(scheme, ProtocolVersion::tls12));
  };
  return std::ranges::any_of(contents.signs_with(policy), makes);
}

Result<> check_credentials(const CommonSettings& settings, std::span<const Credential> credentials,
                           Role role) {
  for (const Credential& credential : credentials) {
    const auto& delegation = credential.contents().delegation;
    if (delegation && delegation->role != role)
      return unsupported("credentials: a delegated credential is for the other role");
    const crypto::PublicKey& key = credential.contents().public_key;
    const bool rsa = key.type() == crypto::KeyType::rsa || key.type() == crypto::KeyType::rsa_pss;
    if (rsa && key.bits() < settings.policy.min_rsa_bits)
      return unsupported("credentials: the RSA key is shorter than the policy allows");
    if (!can_sign_with(settings.policy, credential))
      return unsupported("credentials: a key fits none of the policy's signature schemes");
  }
  return {};
}

Result<> check_psks(const ClientSettings& settings) {
  for (const auto& psk : settings.external_psks) {
    if (!psk) return fail(ErrorCode::invalid_argument, "external_psks: one of them is null");
    if (auto usable = psk->check(); !usable) return usable;
  }
  if (settings.external_psks.size() > 8) return fail(ErrorCode::invalid_argument, "external_psks: 8 at most");
  if (!settings.external_psks.empty() && !settings.policy.allows(ProtocolVersion::tls13))
    return unsupported("external_psks: the policy has no TLS 1.3");
  return {};
}

// What a server needs before it can resume, take PSKs or early data.
Result<> check_sessions(const ServerSettings& settings) {
  if (settings.tickets > 16) return fail(ErrorCode::invalid_argument, "tickets: 16 at most");
  if (settings.session_lifetime < std::chrono::seconds(1) ||
      settings.session_lifetime > Session::longest_lifetime)
    return fail(ErrorCode::invalid_argument, "session_lifetime: 1 second to 7 days");
  if (settings.max_early_data_size != 0 && !settings.replay_guard)
    return unsupported("max_early_data_size: early data needs a replay_guard");
  return {};
}

// The chain of a session is judged at each resumption, and that should cost no public-key operation.
void remember_signatures(CommonSettings& settings) {
  if (!settings.signature_cache) settings.signature_cache = std::make_shared<x509::SignatureCache>(1024);
}

Result<std::shared_ptr<const ClientConfig>> make_client(ClientSettings settings, bool verifies) {
  if (auto ok = check_common(settings); !ok) return fail(ok.error());
  if (auto ok = check_key_shares(settings.policy); !ok) return fail(ok.error());
  if (auto ok = check_certificate_types(settings.certificate_types); !ok) return fail(ok.error());
  if (auto ok = check_psks(settings); !ok) return fail(ok.error());
  if (auto ok = check_credentials(settings, settings.credentials, Role::client); !ok) return fail(ok.error());
  if (settings.require_credential && settings.credentials.empty())
    return unsupported("require_credential: there are no credentials");
  leave_out_versions_without_suite(settings.policy);
  if (verifies && settings.verification == PeerVerification::full) {
    if (!settings.trust && settings.peer_certificate_types.contains(CertificateType::X509)) {
      auto system = TrustStore::system();
      if (!system) return fail(system.error());
      settings.trust = std::move(*system);
    }
    if (auto ok = check_trust(settings); !ok) return fail(ok.error());
  }
  if (settings.session_store) remember_signatures(settings);
  RandomSource& random = settings.random != nullptr ? *settings.random : system_random();
  crypto::prepare_key_exchange();
  auto config = ConfigAccess::client();
  ConfigAccess::fill(*config, std::move(settings), random, verifies);
  return std::shared_ptr<const ClientConfig>(std::move(config));
}

}  // namespace

Result<std::shared_ptr<const ClientConfig>> ClientConfig::make(ClientSettings settings) {
  return make_client(std::move(settings), true);
}

Result<std::shared_ptr<const ClientConfig>> dangerous::without_verification(ClientSettings settings) {
  return make_client(std::move(settings), false);
}

Result<std::shared_ptr<const ServerConfig>> ServerConfig::make(ServerSettings settings) {
  if (auto ok = check_common(settings); !ok) return fail(ok.error());
  if (settings.credentials.empty() && !settings.external_psks)
    return unsupported("credentials: a server needs a certificate");
  if (auto ok = check_sessions(settings); !ok) return fail(ok.error());
  if (auto ok = check_trust_anchors(settings.available_trust_anchors); !ok) return fail(ok.error());
  if (auto ok = check_credentials(settings, settings.credentials, Role::server); !ok) return fail(ok.error());
  leave_out_versions_without_suite(settings.policy);
  const bool asks = settings.client_authentication != ClientAuthentication::none;
  if (asks && settings.verification == PeerVerification::full) {
    if (auto ok = check_trust(settings); !ok) return fail(ok.error());
  }
  if (asks && (settings.ticket_keys || settings.session_store)) remember_signatures(settings);
  RandomSource& random = settings.random != nullptr ? *settings.random : system_random();
  const bool no_key = std::all_of(settings.cookie_key.begin(), settings.cookie_key.end(),
                                  [](std::uint8_t octet) { return octet == 0; });
  if (no_key) {
    if (auto drawn = random.fill(settings.cookie_key); !drawn) return fail(drawn.error());
  }
  crypto::prepare_key_exchange();
  auto config = ConfigAccess::server();
  ConfigAccess::fill(*config, std::move(settings), random);
  return std::shared_ptr<const ServerConfig>(std::move(config));
}

}  // namespace handfast
