package io.shardsum.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringWriter;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RecordJsonTest {

  record Scan(
      String scanId, Instant startedAt, LocalDate day, Optional<String> model, List<Long> shape) {}

  record Scans(Iterator<Scan> scans, boolean done) {
    boolean isFinished() {
      return done;
    }
  }

  private static final Scan ABSENT =
      new Scan(
          "a",
          Instant.parse("2026-11-02T02:00:00Z"),
          LocalDate.of(2026, 11, 2),
          Optional.empty(),
          List.of());

  private static final Scan PRESENT =
      new Scan(
          "b",
          Instant.parse("2026-11-02T02:00:00.123Z"),
          LocalDate.of(2026, 11, 2),
          Optional.of("m"),
          List.of(2L, 3L));

  @Test
  void printsKeysInSnakeCaseAndNullForWhatIsAbsent() {
    assertThat(json(RecordJson.PRINTED, new Scans(Stream.of(ABSENT, PRESENT).iterator(), true)))
        .isEqualToNormalizingNewlines(
            """
            {
              "scans" : [ {
                "scan_id" : "a",
                "started_at" : "2026-11-02T02:00:00Z",
                "day" : "2026-11-02",
                "model" : null,
                "shape" : [ ]
              }, {
                "scan_id" : "b",
                "started_at" : "2026-11-02T02:00:00.123Z",
                "day" : "2026-11-02",
                "model" : "m",
                "shape" : [ 2, 3 ]
              } ],
              "done" : true
            }""");
  }

  @Test
  void leavesOutOfAPageWhatIsAbsent() {
    assertThat(json(RecordJson.IN_PAGE, new Scans(Stream.of(ABSENT, PRESENT).iterator(), false)))
        .isEqualTo(
            "{\"scans\":[{\"scanId\":\"a\",\"startedAt\":\"2026-11-02T02:00:00Z\","
                + "\"day\":\"2026-11-02\",\"shape\":[]},{\"scanId\":\"b\","
                + "\"startedAt\":\"2026-11-02T02:00:00.123Z\",\"day\":\"2026-11-02\","
                + "\"model\":\"m\",\"shape\":[2,3]}],\"done\":false}");
  }

  @Test
  void hasNoTextInAPageThatCouldEndItsElement() {
    String text = "</script><!-- & \" \\ \n \u0001 \u2028 \uD83D\uDE00";

    assertThat(json(RecordJson.IN_PAGE, List.of(text)))
        .isEqualTo(
            "[\"\\u003c/script\\u003e\\u003c!-- \\u0026 \\\" \\\\ \\n \\u0001 \u2028 \uD83D\uDE00\"]");
    assertThat(json(RecordJson.PRINTED, text))
        .isEqualTo("\"</script><!-- & \\\" \\\\ \\n \\u0001 \u2028 \uD83D\uDE00\"");
  }

  @Test
  void doesNotWrapWhatMakingAnItemThrows() {
    Iterator<Scan> broken =
        Stream.of(ABSENT)
            .map(
                scan -> {
                  if (scan.shape().isEmpty()) {
                    throw new IllegalArgumentException("no shape");
                  }
                  return scan;
                })
            .iterator();

    assertThatThrownBy(() -> json(RecordJson.PRINTED, new Scans(broken, true)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no shape");
  }

  private static String json(RecordJson format, Object value) {
    StringWriter text = new StringWriter();
    format.write(value, text);
    return text.toString();
  }
}
