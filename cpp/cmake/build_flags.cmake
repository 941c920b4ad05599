# skymask_flags: what every target of this project is compiled with; nothing of it reaches those who link the library.
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)

add_library(skymask_flags INTERFACE)
target_compile_features(skymask_flags INTERFACE cxx_std_20)
if(MSVC)
    target_compile_options(skymask_flags INTERFACE /W4 /utf-8)
else()
    target_compile_options(skymask_flags INTERFACE -Wall -Wextra -Wconversion)
endif()

if(SKYMASK_SANITIZE)
    # For all targets, GoogleTest's own code included where it is compiled here: ThreadSanitizer must see every lock.
    add_compile_options(-fsanitize=${SKYMASK_SANITIZE} -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${SKYMASK_SANITIZE})
    if(SKYMASK_SANITIZE MATCHES "undefined")
        add_compile_options(-fno-sanitize-recover=undefined)
    endif()
endif()

# skymask_nvinfer_flags: for both sides of TensorRT's classes, which each side knows under a namespace of its own: whether an
# object is of the type that it is used as cannot be checked.
add_library(skymask_nvinfer_flags INTERFACE)
if(SKYMASK_SANITIZE MATCHES "undefined")
    target_compile_options(skymask_nvinfer_flags INTERFACE -fno-sanitize=vptr)
endif()
