import java.io.File;
import java.util.List;
import java.util.stream.Collectors;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.model.OWLOntology;
import org.semanticweb.owlapi.profiles.OWLProfileReport;
import org.semanticweb.owlapi.profiles.Profiles;

/** Prints every violation of OWL 2 DL in a file, one a line, then what it read; `java -cp '/usr/share/java/*' Profile.java FILE`. */
public class Profile {
    public static void main(String[] files) throws Exception {
        OWLOntology ontology = OWLManager.createOWLOntologyManager().loadOntologyFromOntologyDocument(new File(files[0]));
        OWLProfileReport report = Profiles.OWL2_DL.checkOntology(ontology);
        List<String> found = report.getViolations().stream().map(Object::toString).sorted().collect(Collectors.toList());
        found.forEach(one -> System.out.println("violation: " + one.replace('\n', ' ')));
        System.out.println("axioms: " + ontology.getAxiomCount());
        System.out.println("version: " + ontology.getOntologyID().getVersionIRI().map(Object::toString).orElse(""));
    }
}
