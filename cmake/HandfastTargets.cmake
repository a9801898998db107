# How the parts of Handfast are built: a layer of the library, the library, a test of some layers.

# What every target of ours is compiled with.
add_library(handfast_warnings INTERFACE)
target_compile_features(handfast_warnings INTERFACE cxx_std_23)
target_compile_options(handfast_warnings INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor -Werror=unused-result>
  $<$<BOOL:${HANDFAST_WERROR}>:-Werror>
  # GCC 12 invents these where it inlines much: the first three in the standard library's own code (GCC bugs 105329,
  # 105651), the last where it does not see which of two ways an allocation went.
  $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread -Wno-mismatched-new-delete>)
if(HANDFAST_SANITIZE)
  target_compile_options(handfast_warnings INTERFACE -fsanitize=${HANDFAST_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(handfast_warnings INTERFACE -fsanitize=${HANDFAST_SANITIZE})
endif()
if(HANDFAST_BUILD_FUZZERS)
  target_compile_options(handfast_warnings INTERFACE -fsanitize=fuzzer-no-link)
endif()

# Where several files are compiled as one, a name of one file may hide another's. The builds that take each file by
# itself look for what these warnings are about.
add_library(handfast_unity INTERFACE)
target_compile_options(handfast_unity INTERFACE
  -Wno-shadow $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-subobject-linkage>)
if(CMAKE_UNITY_BUILD)
  target_link_libraries(handfast_warnings INTERFACE handfast_unity)
endif()

# handfast_quick_to_build(TARGET): the tool or a test. Nearly all that their compilation costs is what headers of
# others make of it: less where a dozen files share it, and where sanitizers need not optimise it.
function(handfast_quick_to_build target)
  if(HANDFAST_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  endif()
  if(HANDFAST_UNITY_PROGRAMS AND NOT CMAKE_UNITY_BUILD)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 12)
    target_link_libraries(${target} PRIVATE handfast_unity)
  endif()
endfunction()

# handfast_apart(file...): is always compiled by itself, for it gives its own things the names of a twin's.
function(handfast_apart)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# What sees internal headers too: the layers and their tests.
add_library(handfast_options INTERFACE)
target_link_libraries(handfast_options INTERFACE handfast_warnings)
target_include_directories(handfast_options INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)

# handfast_layer(NAME SOURCES file... [LIBRARIES library...])
# One folder of src/: an object library handfast_NAME; the library handfast is made of all of them.
function(handfast_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES")
  add_library(handfast_${name} OBJECT ${arg_SOURCES})
  target_link_libraries(handfast_${name} PUBLIC handfast_options ${arg_LIBRARIES})
  # Public symbols say so themselves (docs/adr/0006); no call inside the library goes through the linker's table.
  target_compile_options(handfast_${name} PRIVATE -fno-semantic-interposition)
  set_target_properties(handfast_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON)
  set_property(GLOBAL APPEND PROPERTY handfast_layers ${name})
  set_property(GLOBAL APPEND PROPERTY handfast_libraries ${arg_LIBRARIES})
endfunction()

# handfast_library(): the target handfast::handfast of all layers declared so far, and in the global property
# handfast_packages the packages from outside that they link.
function(handfast_library)
  get_property(layers GLOBAL PROPERTY handfast_layers)
  get_property(packages GLOBAL PROPERTY handfast_libraries)
  list(REMOVE_DUPLICATES packages)
  list(TRANSFORM layers PREPEND handfast_ OUTPUT_VARIABLE targets)
  list(REMOVE_ITEM packages ${targets})
  set_property(GLOBAL PROPERTY handfast_packages ${packages})

  add_library(handfast)
  add_library(handfast::handfast ALIAS handfast)
  foreach(target IN LISTS targets)
    target_sources(handfast PRIVATE $<TARGET_OBJECTS:${target}>)
  endforeach()
  target_link_libraries(handfast PRIVATE ${packages})
  target_compile_features(handfast PUBLIC cxx_std_23)
  target_include_directories(handfast PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  if(HANDFAST_SANITIZE)
    target_link_options(handfast PRIVATE -fsanitize=${HANDFAST_SANITIZE})
  endif()
  set_target_properties(handfast PROPERTIES LINKER_LANGUAGE CXX VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
endfunction()

# handfast_test(NAME SOURCES file... LAYERS layer... [LIBRARIES library...] [LABELS label...] [LAUNCHER word...]
#   [OPTIMISED])
# A GoogleTest program test_NAME of the named layers (every layer that is used has to be named), run by ctest
# under its name (behind the launcher's words, if any); its cases are counted one by one by
# tools/run_tests.py. It gets the folder of the shared vectors, if there is one. OPTIMISED: its own code as far as the
# layers'.
function(handfast_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "OPTIMISED" "" "SOURCES;LAYERS;LIBRARIES;LABELS;LAUNCHER")
  add_executable(test_${name} ${arg_SOURCES})
  foreach(layer IN LISTS arg_LAYERS)
    target_link_libraries(test_${name} PRIVATE handfast_${layer})
  endforeach()
  target_link_libraries(test_${name} PRIVATE handfast_options GTest::gtest GTest::gtest_main
    Threads::Threads ${arg_LIBRARIES})
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(test_${name} PRIVATE
    HANDFAST_SOURCE_DIR="${PROJECT_SOURCE_DIR}" HANDFAST_DEFAULT_VECTORS="${PROJECT_SOURCE_DIR}/../shared/vectors")
  if(NOT arg_OPTIMISED)
    handfast_quick_to_build(test_${name})
    if(CMAKE_BUILD_TYPE STREQUAL "Release")
      target_compile_options(test_${name} PRIVATE -O1)
    endif()
  endif()
  handfast_test_variant(${name} ${name} LABELS ${arg_LABELS} LAUNCHER ${arg_LAUNCHER})
  if(threads IN_LIST arg_LABELS)
    add_dependencies(handfast_threads test_${name})
  endif()
endfunction()

# The programs of the label threads: what ./dev tsan builds.
add_custom_target(handfast_threads)

# handfast_test_variant(NAME TEST [LABELS label...] [ENVIRONMENT VARIABLE=value...] [LAUNCHER word...])
# The program of handfast_test(TEST ...) once more under another name and environment.
function(handfast_test_variant name test)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "LABELS;ENVIRONMENT;LAUNCHER")
  add_test(NAME ${name} COMMAND ${arg_LAUNCHER} $<TARGET_FILE:test_${test}>)
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT 600 ENVIRONMENT "${arg_ENVIRONMENT}"
    ENVIRONMENT_MODIFICATION "GTEST_OUTPUT=set:json:${PROJECT_BINARY_DIR}/results/${name}.json")
endfunction()

# handfast_poison_test(NAME SOURCES file... LAYERS layer... [LIBRARIES library...])
# A handfast_test() of the label valgrind that memcheck runs: its cases mark secrets as undefined, so that a
# branch or an address that depends on one is an error, and count the errors themselves. Its cases skip
# themselves where valgrind is missing; without valgrind's headers there is only a test of the name that says so.
# Needs the flags of a release; none with sanitizers.
find_program(HANDFAST_VALGRIND valgrind)
find_path(HANDFAST_VALGRIND_HEADERS valgrind/memcheck.h)
mark_as_advanced(HANDFAST_VALGRIND HANDFAST_VALGRIND_HEADERS)
if(HANDFAST_BUILD_TESTS AND NOT HANDFAST_SANITIZE AND NOT (HANDFAST_VALGRIND AND HANDFAST_VALGRIND_HEADERS))
  message(STATUS "valgrind or its headers are missing: the constant-time tests will be skipped")
endif()
function(handfast_poison_test name)
  if(HANDFAST_SANITIZE)
    return()
  endif()
  if(NOT HANDFAST_VALGRIND_HEADERS)
    set(reason "valgrind/memcheck.h is not installed")
    add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -E echo ${reason})
    set_tests_properties(${name} PROPERTIES LABELS valgrind SKIP_REGULAR_EXPRESSION ${reason})
    return()
  endif()
  set(launcher)
  if(HANDFAST_VALGRIND)
    set(launcher ${HANDFAST_VALGRIND} --quiet --leak-check=no)
  endif()
  handfast_test(${name} OPTIMISED ${ARGN} LABELS valgrind LAUNCHER ${launcher})
  add_dependencies(handfast_poison test_${name})
endfunction()

# The programs of the label valgrind: what ./dev poison builds.
add_custom_target(handfast_poison)

# handfast_fuzzer(NAME SOURCES file... LAYERS layer... [LIBRARIES library...])
# A libFuzzer program fuzzers/NAME in the build folder; its corpus is tests/fuzz/corpus/NAME.
function(handfast_fuzzer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LAYERS;LIBRARIES")
  add_executable(fuzz_${name} ${arg_SOURCES})
  foreach(layer IN LISTS arg_LAYERS)
    target_link_libraries(fuzz_${name} PRIVATE handfast_${layer})
  endforeach()
  target_link_libraries(fuzz_${name} PRIVATE handfast_options Threads::Threads ${arg_LIBRARIES})
  target_include_directories(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(fuzz_${name} PRIVATE HANDFAST_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  set_target_properties(fuzz_${name} PROPERTIES OUTPUT_NAME ${name}
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzzers)
endfunction()
