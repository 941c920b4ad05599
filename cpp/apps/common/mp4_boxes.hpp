// What the boxes of an MP4 or MOV file tell (ISO/IEC 14496-12): whether it is whole, and how long it plays. Nothing is
// decoded.
#pragma once

#include <filesystem>
#include <optional>

namespace skymask::apps {

enum class Mp4State {
    not_mp4,    ///< it does not begin with a box of type "ftyp"
    whole,      ///< the index ("moov") is there, and no media data end beyond the file; other bytes may follow
    no_index,   ///< there is no whole "moov": not one frame can be read
    cut_short,  ///< the index is there, but media data ("mdat", "moof") end beyond the end of the file
};

/// Looks at a file; one that cannot be read is `not_mp4`.
[[nodiscard]] Mp4State look_at_mp4(const std::filesystem::path& path);

/// Whether the frames are told of piece by piece all over the file, so that nothing says how many there are.
[[nodiscard]] bool is_fragmented(const std::filesystem::path& path);

/// Seconds that the longest video track plays, frames that an edit list hides left out: a clip that was trimmed without
/// being encoded anew holds more frames than it shows. Nothing where the index does not say, as in fragmented files.
[[nodiscard]] std::optional<double> shown_video_s(const std::filesystem::path& path);

}  // namespace skymask::apps
