package io.shardsum.live;

import io.shardsum.checksum.WeightDigest;
import io.shardsum.fleet.Endpoint;
import io.shardsum.fleet.EndpointKind;
import io.shardsum.fleet.LiveSpec;
import io.shardsum.fleet.Parallelism;
import io.shardsum.fleet.Selector;
import io.shardsum.live.AnswerBody.Entry;
import io.shardsum.live.AnswerBody.Info;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * An answer held against itself and against the parallelism that is described: which rank each of
 * its entries is, whether they are all there, and whether its digests follow from what they are
 * over.
 *
 * <p>With attention DP each of its dp_size replies lists all ranks, so that ranks repeat; replicas
 * of plain DP come in the order of their arrival; SGLang reports only the first pipeline stage.
 */
final class JudgedAnswer {

  private static final String FIRST_STAGE_ONLY = "SGLang reports only its first pipeline stage";
  private static final String NOT_LISTED = "the answer does not list them";

  private final LiveSpec spec;
  private final Parallelism sizes;
  private final FetchedAnswer fetched;
  private final AnswerBody body;
  private final Optional<AnsweredRelease> release;
  private final List<LiveProblem> problems = new ArrayList<>();
  private final Map<Integer, List<Entry>> entries = new TreeMap<>();

  JudgedAnswer(FetchedAnswer fetched, AnswerBody body, Optional<AnsweredRelease> release) {
    this.spec = fetched.spec();
    this.sizes = spec.parallelism();
    this.fetched = fetched;
    this.body = body;
    this.release = release;
  }

  LiveAnswer answer() {
    try {
      checkWhole();
      checkEngineDigest();
      return withRanks(ranks());
    } catch (MalformedAnswerException e) {
      problems.add(LiveProblem.malformed(e.getMessage()));
      return withRanks(ExpectedRanks.unknown(spec, e.getMessage()));
    }
  }

  private LiveAnswer withRanks(List<LiveRank> ranks) {
    Optional<String> checksum =
        ranks.stream().allMatch(LiveRank::isKnown)
            ? Optional.of(
                WeightDigest.ofEngine(
                    ranks.stream().map(rank -> rank.checksum().orElseThrow()).toList()))
            : Optional.empty();
    return new LiveAnswer(
        spec,
        fetched.at(),
        digest(),
        release,
        ranks,
        checksum,
        body.engineDigest(),
        body.otherFields(),
        problems);
  }

  private TensorDigest digest() {
    return TensorDigest.of(spec.endpoint().kind());
  }

  private void checkWhole() throws MalformedAnswerException {
    if (body.success().isEmpty()) {
      throw new MalformedAnswerException("the answer does not say whether it succeeded");
    }
    if (body.ranks().isEmpty()) {
      throw new MalformedAnswerException(
          "the answer lists no ranks%s"
              .formatted(
                  isOfServer() && spec.endpoint().kind() == EndpointKind.SGLANG
                      ? ": does the engine have a model for selector %s?"
                          .formatted(spec.endpoint().selector().word())
                      : ""));
    }
    List<Optional<Entry>> listed = body.ranks().get();
    for (int index = 0; index < listed.size(); index++) {
      if (listed.get(index).isPresent()) {
        Entry entry = listed.get(index).get();
        entries
            .computeIfAbsent(worldRank(entry, "ranks[" + index + "]"), any -> new ArrayList<>())
            .add(entry);
      }
    }
  }

  private boolean isOfServer() {
    return spec.endpoint().at() instanceof Endpoint.Server;
  }

  /** The rank among all that are described. */
  private int worldRank(Entry entry, String place) throws MalformedAnswerException {
    Info info =
        entry
            .info()
            .orElseThrow(
                () -> new MalformedAnswerException(place + " does not say which rank it is"));
    requireSize(place, "tp", info.tpSize().orElse(sizes.tp()), sizes.tp());
    requireSize(place, "pp", info.ppSize().orElse(sizes.pp()), sizes.pp());
    int tp = number(place, "tp_rank", info.tpRank().orElse(sizes.tp() == 1 ? 0 : -1), sizes.tp());
    int pp = number(place, "pp_rank", info.ppRank().orElse(sizes.pp() == 1 ? 0 : -1), sizes.pp());
    int replica =
        isAttentionParallel(info)
            ? 0
            : number(place, "dp_rank", info.dpRank().orElse(sizes.dp() == 1 ? 0 : -1), sizes.dp());
    int inReplica = pp * sizes.tp() + tp;
    int said = info.rank().orElse(inReplica);
    boolean isOfReplica = info.size().orElse(0) <= sizes.replicaSize();
    if (isOfReplica && said != inReplica) {
      throw new MalformedAnswerException(
          "%s says that it is rank %s, but by its tp_rank and pp_rank it is rank %s"
              .formatted(place, said, inReplica));
    }
    return replica * sizes.replicaSize() + inReplica;
  }

  /** Then the ranks of one replica attend to different requests, and the weights are one set. */
  private static boolean isAttentionParallel(Info info) {
    return info.dpSize().orElse(1) > 1;
  }

  private static void requireSize(String place, String name, int found, int described)
      throws MalformedAnswerException {
    if (found != described) {
      throw new MalformedAnswerException(
          "%s is of an engine with %s %s: the description says %s"
              .formatted(place, name, found, described));
    }
  }

  private static int number(String place, String name, int found, int size)
      throws MalformedAnswerException {
    if (found < 0) {
      throw new MalformedAnswerException(place + " has no " + name);
    }
    if (found >= size) {
      throw new MalformedAnswerException(
          "%s has %s %s: the description has 0 to %s".formatted(place, name, found, size - 1));
    }
    return found;
  }

  /** The engine's own digest is over its entries as they are listed. */
  private void checkEngineDigest() {
    List<Entry> listed = body.ranks().orElseThrow().stream().flatMap(Optional::stream).toList();
    boolean all = listed.stream().allMatch(entry -> entry.digest().isPresent());
    if (body.engineDigest().isEmpty() || !all || listed.isEmpty()) {
      return;
    }
    String expected =
        WeightDigest.ofEngine(listed.stream().map(entry -> entry.digest().orElseThrow()).toList());
    if (!expected.equals(body.engineDigest().get())) {
      wrongDigest(
          List.of(),
          expected,
          body.engineDigest().get(),
          "the engine's own digest does not match those of the %s in its answer"
              .formatted(Counted.of(listed.size(), "rank")));
    }
  }

  private void wrongDigest(List<Integer> ranks, String expected, String actual, String detail) {
    problems.add(
        new LiveProblem(
            LiveProblemKind.ENGINE_DIGEST_WRONG,
            ranks,
            Optional.of(expected),
            Optional.of(actual),
            "an answer that was changed on its way, or a fault of the engine",
            detail));
  }

  private List<LiveRank> ranks() {
    List<LiveRank> ranks = ExpectedRanks.all(spec, this::rank);
    Map<String, List<Integer>> unlisted =
        ranks.stream()
            .filter(rank -> !rank.isKnown() && !entries.containsKey(rank.rank()))
            .collect(
                Collectors.groupingBy(
                    rank -> rank.reason().orElseThrow(),
                    TreeMap::new,
                    Collectors.mapping(LiveRank::rank, Collectors.toList())));
    unlisted.forEach(
        (reason, numbers) ->
            problems.add(
                LiveProblem.ofRanks(
                    LiveProblemKind.NOT_CHECKED,
                    numbers,
                    reason,
                    "not in the answer: %s of %s: %s"
                        .formatted(numbers.size(), Counted.of(ranks.size(), "rank"), reason))));
    return ranks;
  }

  private LiveRank rank(int number) {
    List<Entry> copies = entries.getOrDefault(number, List.of());
    if (copies.isEmpty()) {
      return ExpectedRanks.unknown(sizes, number, reasonOfAbsence(number));
    }
    Optional<String> fault = faultOf(copies);
    if (fault.isPresent()) {
      problems.add(
          LiveProblem.ofRanks(
              LiveProblemKind.MALFORMED_ANSWER,
              List.of(number),
              "an answer merged from several",
              fault.get()));
      return ExpectedRanks.unknown(sizes, number, fault.get());
    }
    Entry entry = copies.get(0);
    List<LiveTensor> tensors = new TensorRoles(entry).tensors();
    Optional<String> nothing = nothingAskedFor(tensors);
    if (nothing.isPresent()) {
      problems.add(
          LiveProblem.ofRanks(
              LiveProblemKind.NOT_CHECKED,
              List.of(number),
              "a release that does not know selectors",
              nothing.get()));
      return ExpectedRanks.unknown(sizes, number, nothing.get());
    }
    String checksum = WeightDigest.ofRank(entry.checksums());
    entry
        .digest()
        .filter(reported -> !reported.equals(checksum))
        .ifPresent(
            reported ->
                wrongDigest(
                    List.of(number),
                    checksum,
                    reported,
                    "the rank's own digest does not match the checksums of its %s"
                        .formatted(Counted.of(entry.checksums().size(), "tensor"))));
    LiveRank place = ExpectedRanks.unknown(sizes, number, NOT_LISTED);
    return new LiveRank(
        number,
        place.tpRank(),
        place.ppRank(),
        place.dpRank(),
        Optional.of(checksum),
        entry.digest(),
        tensors,
        Optional.empty());
  }

  /** Why the rank is not known where all of its tensors are of other models. */
  private Optional<String> nothingAskedFor(List<LiveTensor> tensors) {
    Selector selector = spec.endpoint().selector();
    boolean any =
        spec.endpoint().kind() == EndpointKind.VLLM
            || tensors.stream().anyMatch(tensor -> selector.means(tensor.role()));
    return any
        ? Optional.empty()
        : Optional.of(
            "the rank is listed without any tensor for selector %s".formatted(selector.word()));
  }

  private String reasonOfAbsence(int number) {
    boolean laterStage = sizes.ppRankOf(number) > 0;
    if (laterStage && spec.endpoint().kind() == EndpointKind.SGLANG) {
      return FIRST_STAGE_ONLY;
    }
    boolean firstRelease = release.equals(Optional.of(AnsweredRelease.SGLANG_0_5_12));
    return firstRelease ? "this release reports only its first rank" : NOT_LISTED;
  }

  /** Why entries that claim to be one rank are not taken for it. */
  private static Optional<String> faultOf(List<Entry> copies) {
    Entry first = copies.get(0);
    if (first.checksums().isEmpty()) {
      return Optional.of("the rank is listed without a tensor");
    }
    boolean agree =
        copies.stream()
            .allMatch(
                copy ->
                    copy.checksums().equals(first.checksums())
                        && copy.digest().equals(first.digest()));
    return agree
        ? Optional.empty()
        : Optional.of(
            "the rank is listed %s times, with different checksums".formatted(copies.size()));
  }
}
