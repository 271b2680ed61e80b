#include "base/text.h"

#include <gtest/gtest.h>

namespace bulkhead::test {

TEST(PlainText, NamesControlAndBidirectionalCharacters) {
  EXPECT_EQ(plain_text("a\x1b[31mb\n"), "a<ESC>[31mb<LF>");
  EXPECT_EQ(plain_text("pump\xE2\x80\xAE"
                       "exe"),
            "pump<U+202E>exe");
  EXPECT_EQ(plain_text("caf\xC3\xA9 \xFF"), "caf\xC3\xA9 \\xff");
}

TEST(PlainText, CutsAtACharactersBorderAndSaysHowLongItWas) {
  EXPECT_EQ(plain_text("caf\xC3\xA9s", 4), "caf [cut: 6 bytes]");
}

TEST(HtmlText, HoldsNoMarkup) {
  EXPECT_EQ(html_text("<b onclick='x'>&\""), "&lt;b onclick=&#39;x&#39;&gt;&amp;&quot;");
}

TEST(JsonText, KeepsUtf8AndWritesOtherBytes) {
  EXPECT_EQ(json_text("\"\\\n\xC3\xA9\xFE"), "\\\"\\\\\\n\xC3\xA9\\\\xfe");
  EXPECT_EQ(json_text(std::string_view{"\0\x1f", 2}), "\\u0000\\u001f");
}

TEST(CsvCell, IsNeverAFormula) {
  EXPECT_EQ(csv_cell("=1+1"), "'=1+1");
  EXPECT_EQ(csv_cell("@SUM(A1),2"), "\"'@SUM(A1),2\"");
  EXPECT_EQ(csv_cell("plain"), "plain");
}

TEST(Utf8FromUtf16, ReadsBothOrdersAndSurrogates) {
  const std::array<std::uint8_t, 4> pair{0xD8, 0x3D, 0xDE, 0x00};
  EXPECT_EQ(utf8_from_utf16(pair, ByteOrder::big), "\xF0\x9F\x98\x80");
  const std::array<std::uint8_t, 2> letter{'A', 0};
  EXPECT_EQ(utf8_from_utf16(letter, ByteOrder::little), "A");
}

}  // namespace bulkhead::test
