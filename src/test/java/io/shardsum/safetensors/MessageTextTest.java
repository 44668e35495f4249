package io.shardsum.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MessageTextTest {

  @Test
  void keepsWhatPrints() {
    assertThat(HeaderText.quoted("a.weight \u20ac\ud83d\ude00"))
        .isEqualTo("`a.weight \u20ac\ud83d\ude00`");
  }

  @Test
  void escapesWhatCouldForgeALine() {
    assertThat(HeaderText.shown("\n\r\0\u001b[0m\u0085\u2028\\n"))
        .isEqualTo("\\n\\u000d\\u0000\\u001b[0m\\u0085\\u2028\\\\n");
  }

  @Test
  void escapesWhatDoesNotShow() {
    assertThat(HeaderText.shown("\u202e\u200b\ufeff\udb40\udc01\ud800"))
        .isEqualTo("\\u202e\\u200b\\ufeff\\u{e0001}\\ud800");
  }

  @Test
  void escapesTheClosingQuote() {
    assertThat(HeaderText.quoted("a`: expected")).isEqualTo("`a\\`: expected`");
  }

  @Test
  void cutsAfterTwoHundredCodePoints() {
    assertThat(HeaderText.shown("x".repeat(200))).isEqualTo("x".repeat(200));
    assertThat(HeaderText.shown("\ud83d\ude00".repeat(201)))
        .isEqualTo("\ud83d\ude00".repeat(200) + "… (201 characters)");
  }
}
