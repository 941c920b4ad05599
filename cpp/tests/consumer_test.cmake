# Installs the library and builds and runs a project of its own (consumer/) that finds it with find_package(skymask).
set(prefix "${PROJECT_BINARY_DIR}/consumer/prefix")
add_test(NAME consumer_install COMMAND "${CMAKE_COMMAND}" --install "${PROJECT_BINARY_DIR}" --prefix "${prefix}")
add_test(
    NAME consumer
    COMMAND
        "${CMAKE_CTEST_COMMAND}" --build-and-test "${CMAKE_CURRENT_SOURCE_DIR}/consumer"
        "${PROJECT_BINARY_DIR}/consumer/build" --build-generator "${CMAKE_GENERATOR}" --build-options
        "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_BUILD_TYPE=Release" "-DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}"
        "-DSKYMASK_PYTHON=${SKYMASK_PYTHON}" "-DOpenVINO_DIR=${OpenVINO_DIR}" --test-command consumer
        "${SKYMASK_TEST_MODEL}")
set_tests_properties(consumer_install PROPERTIES FIXTURES_SETUP installed)
set_tests_properties(
    consumer PROPERTIES FIXTURES_REQUIRED installed
                        FAIL_REGULAR_EXPRESSION "warning:")
