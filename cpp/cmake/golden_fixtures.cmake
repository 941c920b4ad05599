# Frames and the reference engine's masks of them, made by Python before the tests run; kept while the model, the
# scenes and the script are unchanged.
if(NOT SKYMASK_PYTHON)
    if(DEFINED ENV{VIRTUAL_ENV})
        set(SKYMASK_PYTHON "$ENV{VIRTUAL_ENV}/bin/python")
    else()
        set(SKYMASK_PYTHON python3)
    endif()
endif()
set(SKYMASK_PYTHON "${SKYMASK_PYTHON}" CACHE FILEPATH "A Python that has skymask installed; makes the golden masks")
set(SKYMASK_GOLDEN_FOLDER "${PROJECT_BINARY_DIR}/golden" CACHE PATH "Where the golden frames and masks are kept")
set(SKYMASK_TEST_MODEL "${PROJECT_SOURCE_DIR}/../src/skymask/weights/fast.onnx")

add_test(NAME golden COMMAND "${SKYMASK_PYTHON}" "${PROJECT_SOURCE_DIR}/tests/golden/make_golden.py"
                             "${SKYMASK_TEST_MODEL}" "${SKYMASK_GOLDEN_FOLDER}")
set_tests_properties(golden PROPERTIES FIXTURES_SETUP golden)
