import { MODULE, writeTerraformModule } from "./write-module";

writeTerraformModule(MODULE);
console.log(`the Terraform module is in ${MODULE}`);
