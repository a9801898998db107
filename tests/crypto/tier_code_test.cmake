# Objects that are compiled for some processors only may not hold functions that other objects hold, too: the
# linker keeps one of several, and that would be the wrong one on a processor without the instructions.
#   cmake -DNM=nm -DOBJECTS=a.o,b.o -P tier_code_test.cmake
string(REPLACE "," ";" objects "${OBJECTS}")
list(LENGTH objects count)
if(count LESS 4)
  message(FATAL_ERROR "too few objects: ${OBJECTS}")
endif()
foreach(object IN LISTS objects)
  execute_process(COMMAND ${NM} --defined-only --demangle ${object} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  if(NOT symbols MATCHES " [tT] ")
    message(FATAL_ERROR "no code in ${object}")
  endif()
  string(REGEX MATCHALL "[^\n]* [WwiU] [^\n]*" shared "${symbols}")
  if(shared)
    message(FATAL_ERROR "${object} shares: ${shared}")
  endif()
endforeach()
