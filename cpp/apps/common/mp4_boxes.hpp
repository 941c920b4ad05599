// Whether an MP4 or MOV file is whole, by its outermost boxes (ISO/IEC 14496-12, 4.2); nothing is decoded.
#pragma once

#include <filesystem>

namespace skymask::apps {

enum class Mp4State {
    not_mp4,    ///< it does not begin with a box of type "ftyp"
    whole,      ///< every box ends within the file, and the index ("moov") is there
    no_index,   ///< there is no whole "moov": not one frame can be read
    cut_short,  ///< the index is there, but a box ends beyond the end of the file
};

/// Looks at a file; one that cannot be read is `not_mp4`.
[[nodiscard]] Mp4State look_at_mp4(const std::filesystem::path& path);

}  // namespace skymask::apps
