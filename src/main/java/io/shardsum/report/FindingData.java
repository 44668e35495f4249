package io.shardsum.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.shardsum.fleet.WeightSource;
import io.shardsum.history.FindingHistory;
import io.shardsum.history.FindingState;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.TensorName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A finding of the scan in the page's data, with its evidence. */
record FindingData(
    int number,
    int engine,
    WeightSource source,
    Optional<Integer> rank,
    Optional<String> role,
    Optional<String> tensor,
    String kind,
    String severity,
    Optional<String> expected,
    Optional<String> actual,
    Optional<String> votes,
    Optional<String> cause,
    Optional<String> location,
    String detail,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> tensors,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) int tensorCount,
    Optional<String> readBy,
    Optional<FindingState> state,
    Optional<Instant> firstSeen,
    Optional<Integer> timesSeen,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<CampData> camps,
    @JsonUnwrapped Parts damage) {

  /** The most tensors of a finding in the page. */
  private static final int TENSORS = 200;

  static FindingData of(ReportedFinding reported, DataNumbers numbers) {
    Finding finding = reported.finding();
    return new FindingData(
        reported.number(),
        reported.key().map(numbers::number).orElse(-1),
        finding.source(),
        finding.rank(),
        finding.tensor().map(TensorName::role).map(ShownText::whole),
        finding.tensor().map(TensorName::key).map(ShownText::whole),
        ShownText.whole(finding.kind()),
        ShownText.whole(finding.severity().word()),
        finding.comparison().expected().map(ShownText::whole),
        finding.comparison().actual().map(ShownText::whole),
        finding.comparison().votes().map(ShownText::whole),
        finding.cause().map(ShownText::whole),
        finding.location().map(ShownText::whole),
        ShownText.whole(finding.detail()),
        finding.tensors().stream().limit(TENSORS).map(ShownText::whole).toList(),
        finding.tensors().size(),
        finding.readBy().map(by -> ShownText.whole(by.host() + ", executor " + by.executor())),
        reported.history().map(FindingHistory::state),
        reported.history().map(history -> history.firstSeen().startedAt()),
        reported.history().map(FindingHistory::timesSeen),
        reported.camps().stream().map(camp -> CampData.of(camp, numbers)).toList(),
        Parts.of(reported));
  }

  private record CampData(
      String status,
      Optional<String> form,
      int checksum,
      long copies,
      long voters,
      long engines,
      List<Integer> named,
      boolean ofFinding) {

    static CampData of(Camp camp, DataNumbers numbers) {
      return new CampData(
          camp.status(),
          camp.dtype().map(dtype -> ShownText.whole(dtype + " " + camp.shape().orElse(""))),
          numbers.checksums().number(camp.checksum()),
          camp.copies(),
          camp.voters(),
          camp.engines(),
          camp.named().stream().map(numbers::number).toList(),
          camp.holdsFinding());
    }
  }

  /**
   * The damaged parts of a tensor.
   *
   * @param parts an array of offset and length each
   */
  private record Parts(
      long tensorBytes, String partsKnownBy, long partCount, List<List<Long>> parts) {

    /** The most parts in the page. */
    private static final int MOST = 200;

    /** Null where none are known. */
    static Parts of(ReportedFinding finding) {
      List<DamagedPart> parts = finding.damagedParts();
      if (parts.isEmpty() || finding.tensorBytes() == 0) {
        return null;
      }
      return new Parts(
          finding.tensorBytes(),
          finding.finding().damage().isPresent() ? "bytes" : "sums",
          finding.damagedPartCount(),
          parts.stream()
              .limit(MOST)
              .map(part -> List.of(part.offsetBytes(), part.lengthBytes()))
              .toList());
    }
  }
}
