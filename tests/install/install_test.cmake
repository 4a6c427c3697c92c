# Installs BUILD_DIR to a fresh prefix, then configures, builds and tests the stranger's project
# in SOURCE_DIR against it, with the same compiler and build tool, for there may be no other. Run as:
# cmake -DBUILD_DIR=... -DWORK_DIR=... -DCXX=... -DGENERATOR=... -P install_test.cmake

file(REMOVE_RECURSE ${WORK_DIR})
set(run COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${WORK_DIR}/prefix ${run})
execute_process(COMMAND ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR} -B ${WORK_DIR}/build
  -G ${GENERATOR} -DCMAKE_PREFIX_PATH=${WORK_DIR}/prefix -DCMAKE_CXX_COMPILER=${CXX} ${run})
execute_process(COMMAND ${CMAKE_COMMAND} --build ${WORK_DIR}/build ${run})
execute_process(COMMAND ${CMAKE_CTEST_COMMAND} --test-dir ${WORK_DIR}/build --output-on-failure
  --no-tests=error ${run})
