#include "image_bytes.hpp"

#include <string_view>

namespace skymask::apps {

namespace {

std::string_view text_of(const Bytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// The number of `width` bytes at a position, the highest first unless `is_little`; 0 beyond the end.
std::size_t number_at(std::string_view bytes, std::size_t at, std::size_t width, bool is_little = false) {
    if (at > bytes.size() || bytes.size() - at < width) {
        return 0;
    }
    std::size_t value = 0;
    for (std::size_t index = 0; index < width; ++index) {
        value = value << 8 | static_cast<unsigned char>(bytes[at + (is_little ? width - 1 - index : index)]);
    }
    return value;
}

constexpr std::string_view exif_head("Exif\0\0", 6);

std::size_t marker_of(std::string_view segment) { return number_at(segment, 1, 1); }

bool is_scan(std::string_view segment) { return marker_of(segment) == 0xda; }

/// Of a frame's header, in which the picture's size stands.
bool is_frame(std::string_view segment) {
    const std::size_t marker = marker_of(segment);
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

bool is_exif(std::string_view segment) {
    return marker_of(segment) == 0xe1 && segment.substr(4).starts_with(exif_head);
}

/// Where the first segment of a JPEG picture's head lies that is wanted: the head is a row of segments that tell their
/// own length (ITU-T T.81, B.1.1.4), so previews within them are passed over. The data of the picture end the search.
/// Nothing where the file ends before.
std::optional<std::size_t> find_segment(std::string_view jpeg, bool (*is_wanted)(std::string_view)) {
    std::size_t at = 2;
    while (at + 4 <= jpeg.size()) {
        const std::string_view segment = jpeg.substr(at);
        if (number_at(segment, 0, 1) != 0xff || marker_of(segment) == 0xff) {  // fill bytes, or stray ones
            ++at;
            continue;
        }
        if (is_wanted(segment)) {
            return at;
        }
        if (is_scan(segment)) {
            return std::nullopt;
        }
        at += 2 + number_at(segment, 2, 2);
    }
    return std::nullopt;
}

bool is_png(std::string_view bytes) { return bytes.starts_with("\x89PNG"); }
bool is_jpeg(std::string_view bytes) { return bytes.starts_with("\xff\xd8"); }
bool is_tiff(std::string_view bytes) {
    return bytes.starts_with(std::string_view("II*\0", 4)) || bytes.starts_with(std::string_view("MM\0*", 4));
}
bool is_webp(std::string_view bytes) { return bytes.starts_with("RIFF") && bytes.substr(0, 12).ends_with("WEBP"); }

bool is_pnm(std::string_view bytes) {
    return bytes.size() > 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6' &&
           std::string_view(" \t\r\n").find(bytes[2]) != std::string_view::npos;
}

/// The orientation in EXIF data, which have the form of a TIFF file; 1 where they say none.
int exif_orientation(std::string_view exif) {
    if (exif.starts_with(exif_head)) {
        exif.remove_prefix(exif_head.size());
    }
    const bool is_little = exif.starts_with("II");
    const std::size_t directory = number_at(exif, 4, 4, is_little);
    const std::size_t count = number_at(exif, directory, 2, is_little);
    for (std::size_t index = 0; index < count; ++index) {
        const std::size_t entry = directory + 2 + 12 * index;
        if (number_at(exif, entry, 2, is_little) == 0x0112) {
            const std::size_t orientation = number_at(exif, entry + 8, 2, is_little);
            return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
        }
    }
    return 1;
}

/// The EXIF data of a PNG file, a row of chunks; empty where it has none.
std::string_view exif_of_png(std::string_view png) {
    std::size_t at = 8;
    while (at + 8 <= png.size()) {
        const std::size_t length = number_at(png, at, 4);
        if (png.substr(at + 4, 4) == "eXIf") {
            return png.substr(at + 8, length);
        }
        at += 12 + length;
    }
    return {};
}

}  // namespace

bool is_cut_short(const Bytes& bytes) {
    const std::string_view text = text_of(bytes);
    if (is_png(text)) {
        return text.rfind("IEND") == std::string_view::npos;
    }
    if (!is_jpeg(text)) {
        return false;
    }
    const auto scan = find_segment(text, is_scan);
    // Within the picture's data, 0xff is only followed by 0 or a restart marker. What a phone appends, a clip for
    // example, comes after the picture's own end.
    return !scan || text.find("\xff\xd9", *scan) == std::string_view::npos;
}

std::optional<cv::Size> stored_size(const Bytes& head) {
    const std::string_view text = text_of(head);
    cv::Size size;
    if (is_png(text)) {
        size = {static_cast<int>(number_at(text, 16, 4)), static_cast<int>(number_at(text, 20, 4))};
    } else if (is_jpeg(text)) {
        if (const auto frame = find_segment(text, is_frame)) {
            size = {static_cast<int>(number_at(text, *frame + 7, 2)), static_cast<int>(number_at(text, *frame + 5, 2))};
        }
    }
    return size.width > 0 && size.height > 0 ? std::optional(size) : std::nullopt;
}

std::string announced_kind(const Bytes& bytes) {
    const std::string_view text = text_of(bytes);
    if (is_jpeg(text)) {
        return "JPEG";
    }
    if (is_png(text)) {
        return "PNG";
    }
    if (is_tiff(text)) {
        return "TIFF";
    }
    if (is_webp(text)) {
        return "WebP";
    }
    if (text.starts_with("BM")) {
        return "BMP";
    }
    if (text.substr(0, 8).ends_with("jP  ") || text.starts_with("\xff\x4f\xff\x51")) {
        return "JPEG 2000";
    }
    return is_pnm(text) ? "PNM" : "";
}

int webp_orientation(const Bytes& bytes) {
    const std::string_view text = text_of(bytes);
    std::size_t at = is_webp(text) ? 12 : text.size();
    while (at + 8 <= text.size()) {
        const std::size_t length = number_at(text, at + 4, 4, true);
        if (text.substr(at, 4) == "EXIF") {
            return exif_orientation(text.substr(at + 8, length));
        }
        at += 8 + length + length % 2;
    }
    return 1;
}

int orientation(const Bytes& bytes) {
    const std::string_view text = text_of(bytes);
    if (is_jpeg(text)) {
        const auto exif = find_segment(text, is_exif);
        return exif ? exif_orientation(text.substr(*exif + 4)) : 1;
    }
    if (is_png(text)) {
        return exif_orientation(exif_of_png(text));
    }
    return is_tiff(text) ? exif_orientation(text) : webp_orientation(bytes);
}

}  // namespace skymask::apps
