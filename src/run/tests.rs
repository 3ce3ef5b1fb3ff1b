//! Tests of whole runs in this process.
