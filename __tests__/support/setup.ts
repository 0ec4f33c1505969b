import { Testing } from "cdktf";
import type {} from "cdktf/lib/testing/adapters/jest";

Testing.setupJest();
