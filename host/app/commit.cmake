# Writes OUT, a header with the commit that SOURCE_DIR holds; leaves it alone where that is the same.
# Sources that have left git say it themselves, in a file COMMIT.
cmake_minimum_required(VERSION 3.25)
if(EXISTS ${SOURCE_DIR}/COMMIT)
  file(STRINGS ${SOURCE_DIR}/COMMIT commit LIMIT_COUNT 1)
  file(CONFIGURE OUTPUT ${OUT} CONTENT "#define BLOCRISK_COMMIT \"@commit@\"\n" @ONLY)
  return()
endif()
execute_process(COMMAND git -C ${SOURCE_DIR} rev-parse --short=12 HEAD
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
  set(commit unknown)
else()
  execute_process(COMMAND git -C ${SOURCE_DIR} diff --quiet HEAD --
    RESULT_VARIABLE changed ERROR_QUIET OUTPUT_QUIET)
  if(changed)
    string(APPEND commit "+changes")
  endif()
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT "#define BLOCRISK_COMMIT \"@commit@\"\n" @ONLY)
