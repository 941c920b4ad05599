// A precision that spoils the masks is refused, one that only blurs them a little is not.
#include "engines/precision_check.hpp"

#include <gtest/gtest.h>
#include <skymask/error.hpp>

#include "support/expect_error.hpp"

namespace {

/// Finds the sky by its blue, and is wrong on every `wrong_every`-th pixel; 0 is never wrong.
class BlueEngine final : public skymask::Engine {
public:
    explicit BlueEngine(std::size_t wrong_every) : wrong_every_(wrong_every) {}
    [[nodiscard]] int slots() const noexcept override { return 1; }
    std::uint8_t* staging(int, skymask::Shape) override { return nullptr; }
    void start(int, const std::uint8_t* frames, skymask::Shape shape, std::uint8_t* sky) override {
        for (std::size_t i = 0; i < shape.mask_bytes(); ++i) {
            const bool is_wrong = wrong_every_ != 0 && i % wrong_every_ == 0;
            sky[i] = (frames[3 * i + 2] > 180) != is_wrong ? 255 : 0;
            sky_pixels += sky[i] != 0 ? 1 : 0;
        }
        pixels = shape.mask_bytes();
    }
    void wait(int) override {}
    [[nodiscard]] skymask::EngineDescription describe() const override {
        return {"blue", "1", "cpu", skymask::Precision::bf16, 1};
    }

    std::size_t sky_pixels = 0;
    std::size_t pixels = 0;

private:
    std::size_t wrong_every_;
};

TEST(PrecisionCheck, AcceptsAFewPixels) {
    BlueEngine right(0);
    BlueEngine nearly(150);
    EXPECT_NO_THROW(skymask::engines::check_precision(nearly, skymask::Precision::bf16, right));
    EXPECT_GT(right.sky_pixels, right.pixels / 4);  // the picture has sky and ground
    EXPECT_LT(right.sky_pixels, right.pixels * 3 / 4);
}

TEST(PrecisionCheck, RefusesManyPixels) {
    BlueEngine right(0);
    BlueEngine wrong(4);
    expect_error<skymask::EngineError>(
        [&] { skymask::engines::check_precision(wrong, skymask::Precision::bf16, right); },
        "cannot be computed in bf16 by blue on 'cpu': on a test picture, 25 % of the mask");
}

}  // namespace
