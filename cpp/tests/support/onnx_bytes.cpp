#include "onnx_bytes.hpp"

namespace {

Bytes tensor_message(const Tensor& tensor) {
    Bytes shape;
    for (const std::uint64_t side : tensor.sides) {
        const Bytes dimension = side == 0 ? bytes_field(2, std::string("N")) : number_field(1, side);
        const Bytes field = bytes_field(1, dimension);
        shape.insert(shape.end(), field.begin(), field.end());
    }
    const Bytes type = bytes_field(1, joined({number_field(1, tensor.element), bytes_field(2, shape)}));
    return joined({bytes_field(1, tensor.name), bytes_field(2, type)});
}

}  // namespace

Bytes varint(std::uint64_t value) {
    Bytes bytes;
    for (; value >= 0x80; value >>= 7U) {
        bytes.push_back(static_cast<std::uint8_t>(0x80U | (value & 0x7fU)));
    }
    bytes.push_back(static_cast<std::uint8_t>(value));
    return bytes;
}

Bytes number_field(std::uint64_t field, std::uint64_t value) { return joined({varint(field << 3U), varint(value)}); }

Bytes bytes_field(std::uint64_t field, const Bytes& content) {
    return joined({varint(field << 3U | 2U), varint(content.size()), content});
}

Bytes bytes_field(std::uint64_t field, const std::string& content) {
    return bytes_field(field, Bytes(content.begin(), content.end()));
}

Bytes joined(const std::vector<Bytes>& parts) {
    Bytes all;
    for (const Bytes& part : parts) {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

Bytes OnnxFile::bytes() const {
    Bytes graph = joined({bytes_field(2, std::string("tiny graph")), bytes_field(5, Bytes(200, 0x55))});
    for (const Tensor& input : inputs) {
        graph = joined({graph, bytes_field(11, tensor_message(input))});
    }
    for (const Tensor& output : outputs) {
        graph = joined({graph, bytes_field(12, tensor_message(output))});
    }
    Bytes model = joined({number_field(1, 9), bytes_field(7, graph)});
    for (const auto& [key, value] : metadata) {
        model = joined({model, bytes_field(14, joined({bytes_field(1, key), bytes_field(2, value)}))});
    }
    return model;
}
