# `cmake --install` and what find_package(skymask) needs.
include(CMakePackageConfigHelpers)

if(NOT DEFINED BUILD_SHARED_LIBS)
    set(BUILD_SHARED_LIBS OFF)
endif()
set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/skymask")
configure_package_config_file(cmake/skymaskConfig.cmake.in "${PROJECT_BINARY_DIR}/skymaskConfig.cmake"
                              INSTALL_DESTINATION "${package_folder}")
# Until 1.0 a minor version may change the headers.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/skymaskConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(TARGETS skymask EXPORT skymaskTargets FILE_SET HEADERS)
install(EXPORT skymaskTargets NAMESPACE skymask:: DESTINATION "${package_folder}")
install(FILES "${PROJECT_BINARY_DIR}/skymaskConfig.cmake" "${PROJECT_BINARY_DIR}/skymaskConfigVersion.cmake"
              cmake/FindOpenVINOOrWheel.cmake DESTINATION "${package_folder}")
