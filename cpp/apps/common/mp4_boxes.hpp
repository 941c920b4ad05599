// What the boxes of an MP4 or MOV file tell (ISO/IEC 14496-12): whether it is whole, how many frames it shows, and
// where they are. Nothing is decoded.
#pragma once

#include <cstdint>
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

/// Frames of a fragmented file.
struct Mp4Frames {
    std::uint64_t indexed = 0;       ///< told of in the index
    std::uint64_t in_fragments = 0;  ///< told of behind it, in the pieces
};

/// Counts the frames of the longest video track of a fragmented file, those that an edit list hides included.
[[nodiscard]] Mp4Frames count_frames(const std::filesystem::path& path);

/// Frames of the video that an edit list shows: a clip that was trimmed without being encoded anew holds more than it
/// shows. Of several tracks, that which shows most. Nothing where there is no edit list, or where the index does not
/// tell of the frames, as in fragmented files.
[[nodiscard]] std::optional<std::uint64_t> shown_frames(const std::filesystem::path& path);

}  // namespace skymask::apps
