//! What must be: score models, due dates, identity rules as files; pure.
