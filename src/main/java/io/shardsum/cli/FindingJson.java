package io.shardsum.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.shardsum.damage.Damage;
import io.shardsum.damage.DamagePattern;
import io.shardsum.damage.DamagedRange;
import io.shardsum.fleet.WeightSource;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.ReadBy;
import io.shardsum.verdict.TensorName;
import java.util.List;
import java.util.Optional;

/** A finding as JSON; keys are the columns of the table {@code findings}. */
record FindingJson(
    String kind,
    String severity,
    Optional<String> engine,
    WeightSource source,
    Optional<Integer> rank,
    Optional<String> role,
    Optional<String> tensor,
    Optional<String> expected,
    Optional<String> actual,
    Optional<String> votes,
    Optional<String> cause,
    Optional<String> location,
    String detail,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> tensors,
    @JsonUnwrapped Bytes damage,
    @JsonUnwrapped ReadBy readBy) {

  static FindingJson of(Finding finding) {
    return new FindingJson(
        finding.kind(),
        finding.severity().word(),
        finding.engine(),
        finding.source(),
        finding.rank(),
        finding.tensor().map(TensorName::role),
        finding.tensor().map(TensorName::tensor),
        finding.comparison().expected(),
        finding.comparison().actual(),
        finding.comparison().votes(),
        finding.cause(),
        finding.location(),
        finding.detail(),
        finding.tensors(),
        finding.damage().map(Bytes::of).orElse(null),
        finding.readBy().orElse(null));
  }

  /** What the bytes of a damaged tensor show. */
  private record Bytes(
      DamagePattern pattern,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Optional<Long> patternBytes,
      List<DamagedRange> ranges,
      long rangeCount,
      long differingBytes,
      long differingBits,
      long elementIndex,
      List<Long> element,
      long comparedBytes) {

    static Bytes of(Damage damage) {
      return new Bytes(
          damage.pattern(),
          damage.patternBytes(),
          damage.ranges(),
          damage.rangeCount(),
          damage.differingBytes(),
          damage.differingBits(),
          damage.elementIndex(),
          damage.element(),
          damage.comparedBytes());
    }
  }
}
