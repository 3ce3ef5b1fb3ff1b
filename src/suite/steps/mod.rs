//! The steps that feature files may use, a file a topic. Each fetches evidence, has it judged, and settles.
