package io.shardsum.cli;

import io.shardsum.exit.ExitCode;
import io.shardsum.exit.UsageException;
import io.shardsum.fleet.StorageLocation;
import io.shardsum.manifest.ModelStatement.Links;
import io.shardsum.manifest.SigningKey;
import io.shardsum.signing.ModelSigner;
import io.shardsum.signing.ScanStatement;
import io.shardsum.signing.SignatureFile;
import io.shardsum.signing.SignatureFile.Present;
import io.shardsum.tables.FinishedScan;
import io.shardsum.tables.ScanId;
import io.shardsum.text.NumberWords;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jobs/sign}: signs a model's directory by the digests of a scan, or a scan's result. */
@Command(
    name = "sign",
    sortOptions = false,
    usageHelpAutoWidth = true,
    descriptionHeading = "%n",
    optionListHeading = "%n",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    customSynopsis = "jobs/sign --out DIR --key FILE --signature FILE [--model DIR] [OPTION...]",
    description = {
      "Signs the result of a scan, which jobs/verify-report checks later.",
      "",
      "With --model: signs all files of a directory as `model_signing sign key` does, which verifies it."
          + " Weights are not read again: a scan with --file-digest sha256 has hashed them. Other files"
          + " are hashed now."
    },
    footer = {
      "",
      "Spark's own options work here, too: --master, --conf KEY=VALUE, ...",
      "",
      "Examples:",
      "  jobs/sign --out tables --key signer.pem --signature report.json",
      "  jobs/sign --out tables --key signer.pem --model /models/chat-a \\",
      "      --signature /models/chat-a/model.sig",
      "",
      "Exit codes:",
      "  0  signed",
      "  1  the job failed",
      "  2  an argument is wrong, or a file cannot be vouched for: nothing is signed"
    })
final class SignCommand implements Callable<Integer> {

  @Mixin private TablesOption tables = new TablesOption();

  @Option(
      names = "--scan-id",
      paramLabel = "ID",
      description = "The scan (default: the one that began last).")
  private String scanId;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "The directory to sign, an engine's or a checkpoint's, named as in the scan.")
  private String model;

  @Option(
      names = "--ignore",
      paramLabel = "PATH",
      description =
          "A path in --model that is left out, with all below it; may be repeated. The signature and"
              + " files of Git are left out anyway.")
  private List<String> ignored = List.of();

  @Option(
      names = "--key",
      paramLabel = "FILE",
      required = true,
      description = "The private key: PEM, EC (P-256).")
  private String key;

  @Option(
      names = "--passphrase-env",
      paramLabel = "NAME",
      description = "The environment variable that has the passphrase of an encrypted key.")
  private String passphraseVariable;

  @Option(
      names = "--signature",
      paramLabel = "FILE",
      required = true,
      description = "The file to write.")
  private String signature;

  @Option(names = "--replace", description = "Replace the file of --signature.")
  private boolean replace;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    String out = tables.path();
    if (model != null) {
      PathOption.require("--model", model);
    } else if (!ignored.isEmpty()) {
      throw new UsageException("--ignore goes with --model");
    }
    PathOption.require("--signature", signature);
    Optional<ScanId> scan = Optional.ofNullable(scanId).map(SignCommand::scanId);
    Configuration local = new Configuration(false);
    SigningKey signingKey =
        SigningKey.parse(
            key, new SignatureFile(StorageLocation.resolve(key, ""), local).read(), passphrase());
    SparkSession session = JobSession.start("shardsum sign");
    Configuration conf = session.sparkContext().hadoopConfiguration();
    String location = StorageLocation.resolve(signature, "");
    SignatureFile file = new SignatureFile(location, conf);
    file.requireFree(replace ? Present.REPLACED : Present.REFUSED);
    FinishedScan finished = FinishedScan.open(session, out, scan);
    if (model == null) {
      file.write(new ScanStatement(finished).signed(signingKey));
      print("Signed the result of %s. It is in %s".formatted(name(finished), signature));
    } else {
      signModel(finished, file, location, signingKey, conf);
    }
    return ExitCode.EQUAL.number();
  }

  private void signModel(
      FinishedScan scan,
      SignatureFile file,
      String location,
      SigningKey signingKey,
      Configuration conf) {
    ModelSigner.Made made =
        new ModelSigner(scan, conf)
            .statement(
                StorageLocation.resolve(model, ""),
                location,
                ignored.stream().map(SignCommand::inDirectory).toList());
    file.write(made.statement().signed(signingKey));
    int files = made.statement().digests().size();
    print(
        "Signed %s of %s: %s by %s, %s hashed now. The signature is in %s"
            .formatted(
                NumberWords.count(files, "file"),
                model,
                Integer.toString(made.ofScan()),
                name(scan),
                Integer.toString(files - made.ofScan()),
                signature));
    if (made.statement().links() == Links.FOLLOWED) {
      print("Some files are symbolic links: model_signing verifies with --allow_symlinks");
    }
  }

  private static String name(FinishedScan scan) {
    return "scan %s of %s".formatted(scan.scanId(), scan.startedAt());
  }

  private void print(String line) {
    spec.commandLine().getOut().println(TerminalText.line(line));
  }

  private Optional<String> passphrase() {
    if (passphraseVariable == null) {
      return Optional.empty();
    }
    String passphrase = System.getenv(passphraseVariable);
    if (passphrase == null) {
      throw new UsageException(
          "--passphrase-env: expected the name of an environment variable that is set, found another");
    }
    return Optional.of(passphrase);
  }

  private static ScanId scanId(String text) {
    try {
      return new ScanId(text);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--scan-id: " + e.getMessage());
    }
  }

  private static String inDirectory(String path) {
    String name = path.replaceFirst("^(\\./+)+", "").replaceFirst("/+$", "");
    if (name.isEmpty() || name.startsWith("/") || ("/" + name + "/").contains("/../")) {
      throw new UsageException(
          "--ignore: expected a path in the directory of --model, found "
              + TerminalText.line(path));
    }
    return name;
  }
}
