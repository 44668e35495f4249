package io.shardsum.cli;

import io.shardsum.exit.ExitCode;
import io.shardsum.exit.UsageException;
import io.shardsum.expect.Expectation;
import io.shardsum.expect.ExpectationDifference;
import io.shardsum.expect.ExpectationHasher;
import io.shardsum.expect.ExpectationStore;
import io.shardsum.expect.HashedExpectation;
import io.shardsum.expect.model.Checkpoint;
import io.shardsum.expect.model.EngineRelease;
import io.shardsum.expect.model.EngineSetup;
import io.shardsum.expect.model.Gpu;
import io.shardsum.expect.model.OpenCheckpoint;
import io.shardsum.expect.model.Topology;
import io.shardsum.expect.recipe.HashedRecipe;
import io.shardsum.fleet.Digest;
import io.shardsum.io.ShardOpener;
import io.shardsum.text.ForeignText;
import io.shardsum.text.RecordJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jobs/expect}: computes from a checkpoint what the ranks of an engine must hold. */
@Command(
    name = "expect",
    sortOptions = false,
    usageHelpAutoWidth = true,
    descriptionHeading = "%n",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    customSynopsis = "jobs/expect --checkpoint DIR --runtime NAME [OPTION...]",
    description = {
      "Computes from a published checkpoint the digest of every tensor that each rank must hold."
    },
    footer = {
      "",
      "Examples:",
      "  jobs/expect --checkpoint /models/published/chat --runtime sglang-0.5.23 --tp 8",
      "  jobs/expect --checkpoint OLD --runtime vllm-0.33 --tp 8 --against NEW",
      "",
      "Exit codes:",
      "  0  every tensor has a digest",
      "  1  the job failed",
      "  2  an argument is wrong, or the engine would not start with these settings",
      "  3  with --against: the checkpoints differ for this engine",
      "  4  some tensors have no digest: it is not known how the engine stores them"
    })
final class ExpectCommand implements Callable<Integer> {

  @Option(
      names = "--checkpoint",
      paramLabel = "DIR",
      required = true,
      description =
          "A Hugging Face checkpoint: a directory, or a location of any Hadoop file system.")
  private String checkpoint;

  @Option(
      names = "--runtime",
      paramLabel = "NAME",
      required = true,
      description = "The engine's release: sglang-0.5.23, vllm-0.32 or vllm-0.33.")
  private String runtime;

  @Option(names = "--tp", paramLabel = "N", description = "Tensor-parallel ranks (1).")
  private int tp = 1;

  @Option(names = "--pp", paramLabel = "N", description = "Pipeline stages (1).")
  private int pp = 1;

  @Option(names = "--ep", paramLabel = "N", description = "Expert-parallel ranks (1).")
  private int ep = 1;

  @Option(names = "--attn-dp", paramLabel = "N", description = "Attention groups, SGLang (1).")
  private int attentionDp = 1;

  @Option(
      names = "--gpu",
      paramLabel = "KIND",
      description = "sm90 or sm100 (default: ${DEFAULT-VALUE}).")
  private Gpu gpu = Gpu.SM90;

  @Option(
      names = "--dtype",
      paramLabel = "D",
      description = "The engine's --dtype (default: ${DEFAULT-VALUE}).")
  private String dtype = "auto";

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description =
          "Another flag of the engine, or an environment variable, by its own name: "
              + "moe-runner-backend=flashinfer_cutlass, SGLANG_PP_LAYER_PARTITION=2,1.")
  private List<String> settings = List.of();

  @Option(
      names = "--whole",
      paramLabel = "PATTERN",
      description =
          "For a model class that is not known: tensors that every rank holds unchanged, "
              + "such as '*norm.weight'.")
  private List<String> whole = List.of();

  @Option(
      names = "--digest",
      paramLabel = "DIGEST",
      description = "sglang, sha256 or both (default: what the engine reports).")
  private String digest;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "json, or sglang: the answer of /weights_checker (default: ${DEFAULT-VALUE}).")
  private ExpectFormat format = ExpectFormat.JSON;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Also keep the digests under DIR/expectations, and reuse them until a file of the checkpoint "
              + "changes. fleet-scan does the same under its own --out.")
  private String out;

  @Option(
      names = "--rehash-days",
      paramLabel = "N",
      description =
          "With --out: hash the checkpoint again when its digests are older (default: ${DEFAULT-VALUE}).")
  private int rehashDays = (int) ExpectationStore.USUAL_AGE.toDays();

  @Option(
      names = "--against",
      paramLabel = "DIR",
      description =
          "Another checkpoint: print only the tensors in which the same engine would differ with it.")
  private String against;

  @Option(
      names = "--explain-class",
      description =
          "Print each tensor of each rank, and the stored tensors that it is made of. Reads no weights.")
  private boolean explainsClass;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    EngineSetup setup =
        new EngineSetup(
            EngineRelease.parse(runtime),
            new Topology(tp, pp, ep, attentionDp),
            gpu,
            Optional.of(dtype),
            settings(),
            whole);
    Digest wanted = digest(setup.release());
    format.requireFitting(setup.release(), wanted);
    Configuration conf = SparkHadoopUtil.get().newConfiguration(new SparkConf());
    if (rehashDays < 0) {
      throw new UsageException(
          "--rehash-days: expected a number of days from 0, found " + rehashDays);
    }
    if (out != null) {
      PathOption.require("--out", out);
    }
    if (against != null && format == ExpectFormat.SGLANG) {
      throw new UsageException("--against goes with --format json");
    }
    if (explainsClass) {
      Checkpoint source = Checkpoint.open(checkpoint, setup, conf, new ShardOpener(conf));
      ClassTable.print(Expectation.of(source, setup), spec.commandLine().getOut());
      return ExitCode.EQUAL.number();
    }
    HashedExpectation hashed = hashed(checkpoint, setup, wanted, conf);
    if (against != null) {
      return compare(hashed, hashed(against, setup, wanted, conf)).number();
    }
    RefusalLines.print(hashed, spec.commandLine().getErr());
    format.print(hashed, spec.commandLine().getOut());
    return (hashed.isComplete() ? ExitCode.EQUAL : ExitCode.INCOMPLETE).number();
  }

  private ExitCode compare(HashedExpectation hashed, HashedExpectation other) {
    List<ExpectationDifference> differences = ExpectationDifference.between(hashed, other);
    DifferenceLines.print(differences, spec.commandLine().getErr());
    RecordJson.PRINTED.print(
        AgainstJson.of(hashed, other, differences), spec.commandLine().getOut());
    if (differences.isEmpty()) {
      return ExitCode.EQUAL;
    }
    return differences.stream().anyMatch(ExpectationDifference::isKnown)
        ? ExitCode.DIFFERENT
        : ExitCode.INCOMPLETE;
  }

  private HashedExpectation hashed(
      String directory, EngineSetup setup, Digest wanted, Configuration conf) {
    Checkpoint source = Checkpoint.open(directory, setup, conf, new ShardOpener(conf));
    Expectation expectation = Expectation.of(source, setup);
    if (out == null) {
      return HashedExpectation.of(
          expectation, expectation.groups(), results(source, expectation, wanted, conf));
    }
    ExpectationStore store = new ExpectationStore(out, conf, Duration.ofDays(rehashDays));
    store.makeDirectory();
    ExpectationStore.Subject subject =
        new ExpectationStore.Subject(source, setup, expectation, wanted);
    Instant now = Instant.now();
    return store
        .find(subject, now)
        .map(ExpectationStore.Kept::hashed)
        .orElseGet(() -> kept(store, subject, now, conf));
  }

  private static HashedExpectation kept(
      ExpectationStore store, ExpectationStore.Subject subject, Instant now, Configuration conf) {
    Expectation expectation = subject.expectation();
    List<List<HashedRecipe>> results =
        results(subject.checkpoint(), expectation, subject.digest(), conf);
    store.keep(subject, results, now);
    return HashedExpectation.of(expectation, expectation.groups(), results);
  }

  private static List<List<HashedRecipe>> results(
      Checkpoint source, Expectation expectation, Digest wanted, Configuration conf) {
    int threads = Runtime.getRuntime().availableProcessors();
    try (OpenCheckpoint bytes = new OpenCheckpoint(source.files(), new ShardOpener(conf))) {
      List<List<HashedRecipe>> results =
          new ExpectationHasher(bytes, wanted, threads).hashAll(expectation.groups());
      bytes.checkUnchanged();
      return results;
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private Digest digest(EngineRelease release) {
    if (digest != null) {
      return Digest.parse(digest);
    }
    return switch (release) {
      case SGLANG_0_5_23 -> Digest.SGLANG;
      case VLLM_0_32 -> Digest.SHA256;
    };
  }

  private Map<String, String> settings() {
    Map<String, String> byName = new TreeMap<>();
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      String name = equals < 0 ? setting : setting.substring(0, equals);
      String bare = name.startsWith("--") ? name.substring(2) : name;
      if (byName.put(bare, equals < 0 ? "" : setting.substring(equals + 1)) != null) {
        throw new UsageException("--set: %s is set twice".formatted(ForeignText.name(bare)));
      }
    }
    return byName;
  }
}
