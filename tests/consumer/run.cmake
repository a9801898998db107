# Uses the library the way strangers do, and runs what they built:
#   cmake -D WAY=find_package|pkg_config|subdirectory|shared -D SOURCE=... -D BUILD=... -D OUT=... -D CXX=...
#         -D LAUNCHER=... -D GENERATOR=... -P run.cmake
# BUILD is a build of the library that is finished; OUT is thrown away first.

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${output}\nended with ${status}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

set(project ${CMAKE_CURRENT_LIST_DIR}/project)
set(prefix ${OUT}/prefix)
set(setting -G ${GENERATOR} -D CMAKE_BUILD_TYPE=Release -D CMAKE_CXX_COMPILER=${CXX}
  -D CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER})

# Where the library is compiled once more it is the top folder, with the flags of BUILD: ccache knows the result.
set(library ${OUT})
if(WAY STREQUAL "subdirectory")
  set(consumer ${OUT})
else()
  set(consumer ${OUT}/consumer)
endif()
set(same_flags -D HANDFAST_WERROR=ON)

function(build_consumer)
  run(${CMAKE_COMMAND} -S ${project} -B ${consumer} ${setting} ${ARGN})
  run(${CMAKE_COMMAND} --build ${consumer} --target consumer)
endfunction()

file(REMOVE_RECURSE ${OUT})
file(MAKE_DIRECTORY ${consumer})
if(WAY STREQUAL "find_package")
  run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})
  build_consumer(-D CMAKE_PREFIX_PATH=${prefix})
elseif(WAY STREQUAL "pkg_config")
  # The prefix is written into handfast.pc, so it has to be known when configuring, as packagers do.
  run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})
  file(GLOB_RECURSE pc ${prefix}/handfast.pc)
  cmake_path(GET pc PARENT_PATH folder)
  set(ENV{PKG_CONFIG_PATH} ${folder})
  run(pkg-config --static --cflags --libs --define-variable=prefix=${prefix} handfast)
  separate_arguments(flags UNIX_COMMAND "${output}")
  run(${CXX} -std=c++23 ${project}/main.cpp -o ${consumer}/consumer ${flags})
elseif(WAY STREQUAL "subdirectory")
  build_consumer(-D HANDFAST_SUBDIRECTORY=${SOURCE} ${same_flags})
elseif(WAY STREQUAL "shared")
  run(${CMAKE_COMMAND} -S ${SOURCE} -B ${library} ${setting} ${same_flags} -D BUILD_SHARED_LIBS=ON -D HANDFAST_BUILD_TOOL=OFF
    -D HANDFAST_BUILD_TESTS=OFF -D HANDFAST_BUILD_BENCH=OFF -D HANDFAST_BUILD_EXAMPLES=OFF)
  run(${CMAKE_COMMAND} --build ${library})
  run(${CMAKE_COMMAND} --install ${library} --prefix ${prefix})
  build_consumer(-D CMAKE_PREFIX_PATH=${prefix})
else()
  message(FATAL_ERROR "no such way: ${WAY}")
endif()
run(${consumer}/consumer)
message("${output}")
