# What `cmake --install` puts where, for find_package(handfast) and for pkg-config.
include(CMakePackageConfigHelpers)
set(HANDFAST_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/handfast)

# The packages that the layers link, in the words of CMake and of pkg-config.
get_property(packages GLOBAL PROPERTY handfast_packages)
set(HANDFAST_FIND_PACKAGES "")
set(HANDFAST_REQUIRES_PRIVATE "")
set(HANDFAST_LIBS_PRIVATE "-lstdc++ -pthread")
foreach(package IN LISTS packages)
  if(package MATCHES "^PkgConfig::(.+)$")
    set(name ${CMAKE_MATCH_1})
    get_property(modules GLOBAL PROPERTY handfast_modules_${name})
    list(JOIN modules " " modules_of_cmake)
    string(APPEND HANDFAST_FIND_PACKAGES "handfast_find(${name} ${modules_of_cmake})\n")
    list(TRANSFORM modules REPLACE ">=(.*)" " >= \\1")
    list(APPEND HANDFAST_REQUIRES_PRIVATE ${modules})
  elseif(package STREQUAL "handfast_ipsec_mb")
    string(APPEND HANDFAST_FIND_PACKAGES "handfast_find_ipsec_mb()\n")
    string(PREPEND HANDFAST_LIBS_PRIVATE "-lIPSec_MB ")
  elseif(NOT package STREQUAL "Threads::Threads")
    message(FATAL_ERROR "cmake/HandfastInstall.cmake does not know the package ${package}")
  endif()
endforeach()
list(JOIN HANDFAST_REQUIRES_PRIVATE ", " HANDFAST_REQUIRES_PRIVATE)

set(targets handfast)
if(TARGET handfast_asio)
  list(APPEND targets handfast_asio)
endif()
install(TARGETS ${targets} EXPORT handfast
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/handfast DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT handfast NAMESPACE handfast:: FILE handfast-targets.cmake DESTINATION ${HANDFAST_CMAKE_DIR})
configure_package_config_file(cmake/handfast-config.cmake.in handfast-config.cmake
  INSTALL_DESTINATION ${HANDFAST_CMAKE_DIR})
# Before 1.0 a minor version may change the API.
write_basic_package_version_file(handfast-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/handfast-config.cmake ${PROJECT_BINARY_DIR}/handfast-config-version.cmake
  DESTINATION ${HANDFAST_CMAKE_DIR})
configure_file(cmake/handfast.pc.in handfast.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/handfast.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
if(HANDFAST_BUILD_TOOL AND TARGET handfast_tool)
  install(TARGETS handfast_tool RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
# What handfast bench starts.
foreach(target handfast_bench_handfast handfast_bench_handfast_memory handfast_bench_openssl
        handfast_bench_openssl_memory)
  if(TARGET ${target})
    install(TARGETS ${target} RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/handfast OPTIONAL)
  endif()
endforeach()
