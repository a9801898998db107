// libpcap.
#include "packet_file.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <pcap/pcap.h>

namespace handfast::tool {
namespace {

std::optional<capture::LinkType> link_of(int data_link) noexcept {
  switch (data_link) {
    case DLT_NULL:
    case DLT_LOOP: return capture::LinkType::null_or_loop;
    case DLT_EN10MB: return capture::LinkType::ethernet;
    case DLT_RAW:
    case DLT_IPV4:
    case DLT_IPV6: return capture::LinkType::raw;
    case DLT_LINUX_SLL: return capture::LinkType::linux_cooked;
    case DLT_LINUX_SLL2: return capture::LinkType::linux_cooked2;
    default: return std::nullopt;
  }
}

}  // namespace

void PacketFile::Close::operator()(pcap* file) const noexcept { ::pcap_close(file); }

Outcome<PacketFile> PacketFile::open(const std::string& path) {
  // libpcap takes its own file, so that an error of the system is told from one of the format.
  std::FILE* const file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr)
    return usage_failure(fmt::format("cannot read {}: {}", path, std::strerror(errno)),
                         "Check its path and permissions.");
  std::array<char, PCAP_ERRBUF_SIZE> reason{};
  Handle handle(::pcap_fopen_offline(file, reason.data()));
  if (!handle) {
    std::fclose(file);
    return usage_failure(fmt::format("cannot read {}: {}", path, reason.data()),
                         "It has to be a capture in the format pcap or pcapng, not compressed.");
  }
  const int data_link = ::pcap_datalink(handle.get());
  const auto link = link_of(data_link);
  if (!link) {
    const char* const name = ::pcap_datalink_val_to_name(data_link);
    return usage_failure(
        fmt::format("{} has frames of the type {}", path, name != nullptr ? name : std::to_string(data_link)),
        "Ethernet, Linux cooked, raw IP and loopback are known here.");
  }
  return PacketFile(std::move(handle), *link);
}

std::optional<Packet> PacketFile::next() {
  pcap_pkthdr* header = nullptr;
  const std::uint8_t* octets = nullptr;
  const int status = ::pcap_next_ex(file_.get(), &header, &octets);
  if (status == 1)
    return Packet{
        .octets = Bytes(octets, header->caplen),
        .at = std::chrono::seconds(header->ts.tv_sec) + std::chrono::microseconds(header->ts.tv_usec)};
  if (status != PCAP_ERROR_BREAK) damage_ = ::pcap_geterr(file_.get());
  return std::nullopt;
}

}  // namespace handfast::tool
