# The packages the library stands on, as targets that every folder can see:
#   PkgConfig::libcrypto   PkgConfig::libsodium             always
#   PkgConfig::zlib   PkgConfig::brotli   PkgConfig::zstd   where installed (certificate compression)
#   handfast_ipsec_mb                                       where installed (amd64)
# A layer links what it needs (handfast_layer LIBRARIES) and asks with if(TARGET ...) for the optional ones;
# what the layers link is what an installed Handfast looks for (HandfastInstall.cmake).

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# handfast_package(NAME REQUIRED|QUIET MODULE...): target PkgConfig::NAME of all these pkg-config modules.
function(handfast_package name requirement)
  pkg_check_modules(${name} ${requirement} IMPORTED_TARGET GLOBAL ${ARGN})
  set_property(GLOBAL PROPERTY handfast_modules_${name} ${ARGN})
endfunction()

handfast_package(libcrypto REQUIRED libcrypto>=3.0)
handfast_package(libsodium REQUIRED libsodium>=1.0.18)
handfast_package(zlib QUIET zlib)
handfast_package(brotli QUIET libbrotlienc libbrotlidec)
handfast_package(zstd QUIET libzstd)

# Debian's libipsec-mb ships no pkg-config file.
option(HANDFAST_IPSEC_MB "Use libipsec-mb where it is installed" ON)
find_path(HANDFAST_IPSEC_MB_INCLUDE intel-ipsec-mb.h)
find_library(HANDFAST_IPSEC_MB_LIBRARY IPSec_MB)
mark_as_advanced(HANDFAST_IPSEC_MB_INCLUDE HANDFAST_IPSEC_MB_LIBRARY)
if(HANDFAST_IPSEC_MB AND HANDFAST_IPSEC_MB_INCLUDE AND HANDFAST_IPSEC_MB_LIBRARY)
  add_library(handfast_ipsec_mb INTERFACE IMPORTED GLOBAL)
  target_include_directories(handfast_ipsec_mb INTERFACE ${HANDFAST_IPSEC_MB_INCLUDE})
  target_link_libraries(handfast_ipsec_mb INTERFACE ${HANDFAST_IPSEC_MB_LIBRARY})
endif()
