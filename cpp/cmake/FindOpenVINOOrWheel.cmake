# Finds OpenVINO: a system's install or OpenVINO_DIR first, else the SDK inside the pip package of a Python.
# Which Python: SKYMASK_PYTHON if given, else the one of an active environment, else python3.
find_package(OpenVINO QUIET COMPONENTS Runtime)
if(NOT OpenVINO_FOUND)
    if(SKYMASK_PYTHON)
        set(_python "${SKYMASK_PYTHON}")
    elseif(DEFINED ENV{VIRTUAL_ENV})
        set(_python "$ENV{VIRTUAL_ENV}/bin/python")
    else()
        set(_python python3)
    endif()
    execute_process(
        COMMAND "${_python}" -c
                "import importlib.util as u, pathlib; print(pathlib.Path(u.find_spec('openvino').origin).parent / 'cmake')"
        OUTPUT_VARIABLE _folder
        OUTPUT_STRIP_TRAILING_WHITESPACE
        ERROR_QUIET
        RESULT_VARIABLE _failed)
    if(NOT _failed)
        # TBB's config lies beside OpenVINO's.
        find_package(OpenVINO QUIET COMPONENTS Runtime PATHS "${_folder}" NO_DEFAULT_PATH)
    endif()
    unset(_folder)
    unset(_failed)
    unset(_python)
endif()
set(OpenVINOOrWheel_FOUND ${OpenVINO_FOUND})
if(NOT OpenVINO_FOUND AND OpenVINOOrWheel_FIND_REQUIRED)
    message(
        FATAL_ERROR
            "OpenVINO was not found. Install it with 'pip install openvino' and name that Python with "
            "-DSKYMASK_PYTHON=/path/to/python (or activate its environment), or give -DOpenVINO_DIR=..., or build "
            "without it with -DSKYMASK_OPENVINO=OFF.")
endif()
