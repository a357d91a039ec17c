"""The coordinators' morning: worklist, candidate, decisions, reports. Server-made pages; the only state is the Tasks."""
