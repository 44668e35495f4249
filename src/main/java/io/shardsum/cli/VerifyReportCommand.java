package io.shardsum.cli;

import io.shardsum.exit.ExitCode;
import io.shardsum.fleet.StorageLocation;
import io.shardsum.manifest.VerificationKey;
import io.shardsum.signing.SignatureFile;
import io.shardsum.signing.SignedReport;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jobs/verify-report}: the signed result of a scan, and the tables against it. */
@Command(
    name = "verify-report",
    sortOptions = false,
    usageHelpAutoWidth = true,
    descriptionHeading = "%n",
    optionListHeading = "%n",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    customSynopsis = "jobs/verify-report --out DIR --key FILE --signature FILE [OPTION...]",
    description =
        "Checks by whom the result of a scan was signed, and that the tables still hold what was signed.",
    footer = {
      "",
      "Spark's own options work here, too: --master, --conf KEY=VALUE, ...",
      "",
      "Example:",
      "  jobs/verify-report --out tables --key signer.pub.pem --signature report.json",
      "",
      "Exit codes:",
      "  0  signed by the key, and the tables hold what was signed",
      "  1  the job failed",
      "  2  an argument is wrong, or the file is no report",
      "  3  a table holds something else, or cannot be read",
      "  4  not signed by the key, or the rows of tensors were dropped"
    })
final class VerifyReportCommand implements Callable<Integer> {

  @Mixin private TablesOption tables = new TablesOption();

  @Option(
      names = "--signature",
      paramLabel = "FILE",
      required = true,
      description = "What jobs/sign has written.")
  private String signature;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      required = true,
      description = "The public key of who should have signed: PEM, EC (P-256).")
  private String key;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    String out = tables.path();
    PathOption.require("--signature", signature);
    PathOption.require("--key", key);
    SparkSession session = JobSession.start("shardsum verify-report");
    Configuration conf = session.sparkContext().hadoopConfiguration();
    VerificationKey publicKey = VerificationKey.parse(key, text(key, conf));
    SignedReport report = new SignedReport(signature, text(signature, conf), publicKey);
    Optional<SignedReport.Outcome> unproved = report.unproved();
    SignedReport.Outcome outcome =
        unproved.isPresent() ? unproved.get() : report.compare(session, out);
    PrintWriter output = spec.commandLine().getOut();
    PrintWriter faults = spec.commandLine().getErr();
    for (String line : outcome.lines()) {
      if (outcome.exitCode() == ExitCode.EQUAL) {
        output.println(line);
      } else {
        faults.println("verify-report: " + line);
      }
    }
    return outcome.exitCode().number();
  }

  private static String text(String path, Configuration conf) {
    return new SignatureFile(StorageLocation.resolve(path, ""), conf).read();
  }
}
