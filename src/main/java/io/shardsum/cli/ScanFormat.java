package io.shardsum.cli;

import io.shardsum.exit.UsageException;
import io.shardsum.fleet.Inventory;
import io.shardsum.scan.ScanSummary;
import io.shardsum.text.RecordJson;
import java.io.PrintWriter;

/** What {@code fleet-scan} prints, and for whom. */
enum ScanFormat {
  /** For people. */
  TABLE {
    @Override
    void print(ScanSummary summary, PrintWriter out) {
      new SummaryReport(summary).print(out);
    }

    @Override
    void print(Inventory inventory, PrintWriter out) {
      new InventoryReport(inventory).print(out);
    }
  },
  /** For machines. */
  JSON {
    @Override
    void print(ScanSummary summary, PrintWriter out) {
      RecordJson.PRINTED.print(SummaryJson.of(summary), out);
    }

    @Override
    void print(Inventory inventory, PrintWriter out) {
      RecordJson.PRINTED.print(InventoryJson.of(inventory), out);
    }
  },
  /** One engine, as SGLang's weight checker would answer for it. */
  SGLANG {
    @Override
    void print(ScanSummary summary, PrintWriter out) {
      throw new IllegalStateException("an answer is made of the tables, not of the summary");
    }

    @Override
    void print(Inventory inventory, PrintWriter out) {
      throw new UsageException("--format sglang cannot be used with --dry-run: nothing is hashed");
    }
  };

  abstract void print(ScanSummary summary, PrintWriter out);

  abstract void print(Inventory inventory, PrintWriter out);
}
