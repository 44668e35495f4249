package io.shardsum.cli;

import io.shardsum.exit.UsageException;
import io.shardsum.expect.HashedExpectation;
import io.shardsum.expect.model.EngineRelease;
import io.shardsum.fleet.Digest;
import io.shardsum.text.RecordJson;
import java.io.PrintWriter;

/** For whom an expectation is printed. */
enum ExpectFormat {
  /** For machines: everything. */
  JSON {
    @Override
    void requireFitting(EngineRelease release, Digest digest) {}

    @Override
    void print(HashedExpectation expectation, PrintWriter out) {
      RecordJson.PRINTED.print(ExpectationJson.of(expectation), out);
    }
  },
  /** The answer of SGLang's weight checker. */
  SGLANG {
    @Override
    void requireFitting(EngineRelease release, Digest digest) {
      if (release != EngineRelease.SGLANG_0_5_23 || digest == Digest.SHA256) {
        throw new UsageException("--format sglang goes with an SGLang release and its own digest");
      }
    }

    @Override
    void print(HashedExpectation expectation, PrintWriter out) {
      if (ExpectedAnswer.isPossible(expectation)) {
        ExpectedAnswer.print(expectation, out);
      }
    }
  };

  /** Refuses what the format cannot show. */
  abstract void requireFitting(EngineRelease release, Digest digest);

  abstract void print(HashedExpectation expectation, PrintWriter out);
}
