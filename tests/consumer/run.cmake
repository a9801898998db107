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

function(build_consumer)
  run(${CMAKE_COMMAND} -S ${project} -B ${OUT}/consumer ${setting} ${ARGN})
  run(${CMAKE_COMMAND} --build ${OUT}/consumer --target consumer)
endfunction()

file(REMOVE_RECURSE ${OUT})
file(MAKE_DIRECTORY ${OUT}/consumer)
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
  run(${CXX} -std=c++23 ${project}/main.cpp -o ${OUT}/consumer/consumer ${flags})
elseif(WAY STREQUAL "subdirectory")
  build_consumer(-D HANDFAST_SUBDIRECTORY=${SOURCE})
elseif(WAY STREQUAL "shared")
  run(${CMAKE_COMMAND} -S ${SOURCE} -B ${OUT}/library ${setting} -D BUILD_SHARED_LIBS=ON -D HANDFAST_BUILD_TOOL=OFF
    -D HANDFAST_BUILD_TESTS=OFF -D HANDFAST_BUILD_BENCH=OFF -D HANDFAST_BUILD_EXAMPLES=OFF)
  run(${CMAKE_COMMAND} --build ${OUT}/library)
  run(${CMAKE_COMMAND} --install ${OUT}/library --prefix ${prefix})
  build_consumer(-D CMAKE_PREFIX_PATH=${prefix})
else()
  message(FATAL_ERROR "no such way: ${WAY}")
endif()
run(${OUT}/consumer/consumer)
message("${output}")
